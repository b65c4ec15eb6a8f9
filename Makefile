# What can be done here: `make help`. Everything runs in .venv, made from python3 and the lock in requirements/.

PYTHON ?= python3
PORT ?= 8000
POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/postgres
CHROMIUM ?= /usr/bin/chromium
# Empty keeps the versions locked so far where they still fit; `make lock UPGRADE=--upgrade` takes the newest.
UPGRADE ?=

VENV := .venv
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest
STAMP := $(VENV)/.installed
TRANSLATION_TESTS := $(wildcard tests/test_translations.py)

.DEFAULT_GOAL := help
.PHONY: help install run test test-postgres browser check lock messages shots drill

help: ## say what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## make .venv with the locked requirements (again only when the lock changed)

$(STAMP): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: name one with 'make install PYTHON=python3.12'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@

run: install ## start the demo on this machine (PORT=8000), its data made on the first start
	@$(PY) -c 'import socket, sys; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", int(sys.argv[1])))' $(PORT) 2>/dev/null || \
	  { echo "Port $(PORT) is taken on this machine. Choose another: make run PORT=8001" >&2; exit 1; }
	@DEMO=true $(PY) manage.py demo --port $(PORT)

# Compiled files are kept: some tests start a dozen programs. `worksteal` leaves neighbours with one worker, which makes
# the ground that they stand on once. No row of a test has to survive a power cut.
test test-postgres: export PYTHONDONTWRITEBYTECODE =
test: install ## run the tests on SQLite
	$(PYTEST) -n auto --dist worksteal

test-postgres: install ## run the same tests on PostgreSQL (POSTGRES_URL=postgres://…)
	DATABASE_URL='$(POSTGRES_URL)' PGOPTIONS='-c synchronous_commit=off' $(PYTEST) -n auto --dist worksteal

# Playwright runs an event loop, in which Django refuses its ordinary database calls unless told.
browser: install ## drive the whole story in a real browser (CHROMIUM=/usr/bin/chromium)
	@test -x '$(CHROMIUM)' || \
	  { echo "No browser at $(CHROMIUM). On Debian: apt-get install chromium; elsewhere: make browser CHROMIUM=path" >&2; exit 1; }
	CHROMIUM='$(CHROMIUM)' DJANGO_ALLOW_ASYNC_UNSAFE=true $(PYTEST) tests/browser -m browser

# As strict as a real site: https, a strong key, named hosts.
check: export DEBUG = false
check: export DEMO = false
check: export SECURE = true
check: export ALLOWED_HOSTS = tracker.example
check: export CSRF_TRUSTED_ORIGINS = https://tracker.example
check: export SITE_URL = https://tracker.example
check: export EMAIL_URL = smtps://mail.tracker.example
check: export DEFAULT_FROM_EMAIL = tracker@tracker.example
check: export DATABASE_URL = sqlite://:memory:
check: install ## linters, types, import contract, templates, migrations, deployment, translations
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djlint templates --lint --quiet
	@SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))')" && export SECRET_KEY && set -x && \
	  $(PY) manage.py makemigrations --check --dry-run && \
	  $(PY) manage.py check --deploy --fail-level WARNING
	$(if $(TRANSLATION_TESTS),$(PYTEST) $(TRANSLATION_TESTS))

# uv comes into a folder of its own, thrown away after. It runs without any index setting of this machine: with an extra
# index it silently leaves the hashes out, and a place of this machine must not get into the files.
lock: ## lock requirements/*.in with hashes (UPGRADE=--upgrade for newer versions)
	@tools="$$(mktemp -d)" && trap 'rm -rf "$$tools"' EXIT && \
	  $(PYTHON) -m venv "$$tools" && "$$tools/bin/pip" install --quiet --disable-pip-version-check uv && \
	  unset $$(env | grep -oE '^(UV|PIP)_[A-Z_]+') none && \
	  for name in base dev; do \
	    "$$tools/bin/uv" pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-header \
	      $(UPGRADE) --output-file requirements/$$name.txt requirements/$$name.in || exit 1; \
	  done

messages: install ## collect the texts to translate and compile the translations (needs gettext)
	@command -v msgfmt >/dev/null || { echo "gettext is missing. On Debian: apt-get install gettext" >&2; exit 1; }
	DEBUG=true $(PY) manage.py makemessages --locale ru --add-location file --no-wrap --ignore '.venv/*' --ignore 'tests/*'
	DEBUG=true $(PY) manage.py compilemessages --locale ru --ignore '.venv/*'

# Kept out of `make test`: it takes minutes. Its tables are committed.
drill: install ## run the random and load suites in full and write their tables to docs/drills/ (POSTGRES_URL=postgres://…)
	$(PY) -m tests.drills.reading
	POSTGRES_URL='$(POSTGRES_URL)' $(PY) -m tests.drills.editors
	POSTGRES_URL='$(POSTGRES_URL)' $(PY) -m tests.drills.asof
	POSTGRES_URL='$(POSTGRES_URL)' $(PY) -m tests.drills.search
	$(PY) -m tests.drills.verifier
	POSTGRES_URL='$(POSTGRES_URL)' $(PY) -m tests.drills.pages
	POSTGRES_URL='$(POSTGRES_URL)' $(PY) -m tests.drills.tampering
	POSTGRES_URL='$(POSTGRES_URL)' $(PY) -m tests.drills.crashes
	POSTGRES_URL='$(POSTGRES_URL)' $(PY) -m tests.drills.writers

shots: install ## take the pictures of the pages for README and docs (needs Chromium)
	CHROMIUM='$(CHROMIUM)' DJANGO_ALLOW_ASYNC_UNSAFE=true SCREENS=true $(PYTEST) tests/browser/test_pages.py -m browser
