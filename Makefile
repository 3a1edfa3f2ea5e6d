# `make run` starts the portal, `make test` tests it. Needed: Python 3.11 or newer and make, nothing else.
# Paths here are relative on purpose: the folder's own path may contain spaces.

PYTHON ?= python3
REQUIREMENTS := requirements/main.txt requirements/embedded.txt requirements/dev.txt
INSTALLED := .venv/installed
BIN := .venv/bin/python
TEST_SETTINGS := DJANGO_SETTINGS_MODULE=cluster_portal.settings.test
# Throw-away values: `check` looks at what the production settings make of them.
PRODUCTION := DJANGO_SETTINGS_MODULE=cluster_portal.settings.production ALLOWED_HOSTS=portal.example.org \
	SECRET_KEY=only-for-make-check-0123456789-abcdefghijklmnopqrstuvwxyz DEFAULT_FROM_EMAIL=portal@example.org OFFICE_EMAIL=office@example.org \
	SEALING_KEYS=b25seSBmb3IgbWFrZSBjaGVjaywgbmV2ZXIgc2VjcmU= DATABASE_URL=postgres://portal@127.0.0.1/portal REDIS_URL=redis://127.0.0.1/0
LOCK := .venv/bin/python -m uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' $(UPGRADE)

# Many processes are started here: what Python has compiled is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check fmt faults bench screenshots messages lock backup restore clean
.DELETE_ON_ERROR:

run: $(INSTALLED)
	@$(BIN) -m cluster_portal.run

test: $(INSTALLED)
	@# Four on two cores: many a test waits for a process.
	@$(BIN) -m pytest -n 4 $(ARGS)

# No older code can break them: a unique rule of a column that the migration adds itself; one that takes the place of a
# stricter one; a column that grows by a letter.
LINTED_BY_HAND = 0021_exclusions_before_the_board 0006_certificates_are_mended 0007_reminders_are_chosen

# Every tool has its say, even when one before it has failed.
check: $(INSTALLED)
	@status=0; \
	step() { echo "== $$*"; "$$@" || { status=1; echo "== FAILED: $$*"; }; }; \
	step $(BIN) -m ruff check .; \
	step $(BIN) -m ruff format --check .; \
	step $(BIN) -m mypy .; \
	step .venv/bin/lint-imports; \
	step $(BIN) -m djlint templates --lint --quiet; \
	step $(BIN) -m djlint templates --check --quiet; \
	step env $(TEST_SETTINGS) $(BIN) -m cluster_portal.embedded $(BIN) manage.py makemigrations --check --dry-run; \
	step env $(TEST_SETTINGS) $(BIN) -m cluster_portal.embedded $(BIN) manage.py lintmigrations --no-cache --quiet ok ignore \
		--ignore-initial-migrations --ignore-name $(LINTED_BY_HAND) --include-apps $(patsubst %/migrations,%,$(wildcard */migrations)); \
	step env $(PRODUCTION) $(BIN) manage.py check --deploy --fail-level WARNING; \
	exit $$status

fmt: $(INSTALLED)
	$(BIN) -m ruff check --fix .
	$(BIN) -m ruff format .
	@# djlint ends with 1 when it has changed something.
	$(BIN) -m djlint templates --reformat --quiet || $(BIN) -m djlint templates --check --quiet

# What breaks in a deployment, at full size and with what was promised and what happened; `make test` has short ones.
faults: $(INSTALLED)
	@FAULTS=full $(BIN) -m pytest -s -m faults $(ARGS)

bench: $(INSTALLED)
	@$(BIN) -m benchmarks $(ARGS)

screenshots: $(INSTALLED)
	@$(BIN) -m tests.browser.screenshots $(ARGS)

messages: $(INSTALLED)
	@env $(TEST_SETTINGS) $(BIN) manage.py messages

# Database and files of the servers in the environment, or of the portal that `make run` runs, into a folder of
# $(TO); and back from the folder $(FROM). docs/operations.md says more.
TO ?= backups
backup: $(INSTALLED)
	@$(BIN) manage.py backup '$(TO)'

restore: $(INSTALLED)
	@test -n '$(FROM)' || { echo 'Say which backup: make restore FROM=backups/2026-11-22T05-29-00Z' >&2; exit 1; }
	@$(BIN) manage.py restore '$(FROM)' $(ARGS)

# Newer versions within the bounds of pyproject.toml: make lock UPGRADE=--upgrade
lock: $(INSTALLED)
	$(LOCK) pyproject.toml --output-file requirements/main.txt
	$(LOCK) --group embedded --constraints requirements/main.txt --output-file requirements/embedded.txt
	$(LOCK) --group dev --constraints requirements/main.txt --constraints requirements/embedded.txt \
		--output-file requirements/dev.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis var/test
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): $(REQUIREMENTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'The portal needs Python 3.11 or newer; name one: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo 'This Python has no venv module; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN) -m pip install --quiet --disable-pip-version-check --require-hashes $(REQUIREMENTS:%=-r %)
	@touch $@
