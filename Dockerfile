# One image for web, worker and beat; docker-compose.yml says which of them a container is.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=cluster_portal.settings.production

WORKDIR /portal
COPY requirements/main.txt requirements/main.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/main.txt

COPY . .
# Compiling translations and collecting static files need settings that are complete, not true.
RUN SECRET_KEY=build ALLOWED_HOSTS=localhost DEFAULT_FROM_EMAIL=portal@example.org OFFICE_EMAIL=office@example.org \
        DATABASE_URL=postgres://localhost/portal REDIS_URL=redis://localhost/0 \
        sh -c 'python manage.py messages --compile && python manage.py collectstatic --no-input' \
    && useradd --system --uid 1000 portal \
    && install --directory --owner portal var/media var/private var/beat

USER portal
EXPOSE 8000
# Threads keep the connections of the proxy open; the time is for the preview of a large import.
CMD ["gunicorn", "cluster_portal.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-class", "gthread", \
     "--threads", "4", "--timeout", "120", "--access-logfile", "-"]
