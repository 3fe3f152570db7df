# `make run` sets everything up and serves a demo; the other targets are what its developers use.
PYTHON ?= python3
VENV := .venv
FONT := rti/web/static/khmer.woff2
BIN := $(VENV)/bin
# Every process of ours would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run setup check test suite test-fast test-oldest torture messages snapshots pictures bench lock clean

run: setup
	$(BIN)/rti demo

setup: $(VENV)/.done $(FONT)

$(VENV)/.done: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q rti notifications
	touch $@

$(FONT): rti/web/font.py requirements.lock | $(VENV)/.done
	$(BIN)/python -m rti.web.font

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# What shares a server or a browser is run by one worker, which starts them once.
PYTEST := $(BIN)/pytest -n auto --dist loadgroup
test: check
	@$(MAKE) --no-print-directory --jobs=2 test-oldest suite

suite: setup
	$(PYTEST)

# The inner loop: the law, what is filed and what is counted; no browser, no process of its own, no attack, no long proof.
FAST_TESTS := tests/law tests/statutes tests/statistics tests/campaigns tests/bodies tests/requests/test_actions.py tests/requests/test_api.py tests/requests/test_pages.py tests/test_architecture.py tests/test_documentation.py tests/test_intake.py tests/test_settings.py tests/test_snapshots.py
LONG_PROOFS := $(addprefix --ignore=tests/,statistics/test_as_known.py statistics/test_suppression.py statistics/test_what_if.py statistics/test_files.py statistics/test_reports.py bodies/test_merging.py)
test-fast: setup
	$(PYTEST) -m "not torture" $(FAST_TESTS) $(LONG_PROOFS)

# What asks most of the database, against the oldest PostgreSQL that is supported, where Debian's package is installed.
# One worker, beside those of the suite: further ones would import and migrate as much each.
OLDEST := /usr/lib/postgresql/15/bin
DATABASE_TESTS := tests/test_migrations.py tests/row_security tests/audit/test_log.py tests/backups/test_restoring.py::test_everything_comes_back_and_opens_with_the_key_file tests/notifications/test_digest.py tests/notifications/test_leases.py tests/requests/test_actions.py tests/statistics/test_figures.py tests/test_ids.py
test-oldest: setup
	@if test -x $(OLDEST)/postgres; then TEST_POSTGRES=$(OLDEST) $(BIN)/pytest --quiet $(DATABASE_TESTS); \
	else echo "Skipped: no PostgreSQL in $(OLDEST), so nothing was tested against the oldest one that is supported"; fi

# The long tests at their full sizes, one after the other, printing their figures.
torture: setup
	TEST_SIZE=full BROWSER_REQUIRED=1 $(BIN)/pytest -m torture -s -v

# Collect the texts of the program into the Khmer catalogue; what is new there waits for a translation.
# Of its header only what gettext needs is kept: no names, no dates, nothing of the machine.
CATALOGUE := rti/locale/km/LC_MESSAGES/messages.po
messages: setup
	$(BIN)/pybabel -q extract --mapping pyproject.toml --no-default-keywords -k _ -k gettext -k ngettext:1,2 -k say -k N_ --no-location --sort-output --omit-header -o rti/locale/messages.pot rti notifications
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --no-wrap -i rti/locale/messages.pot -o $(CATALOGUE) -l km
	sed -i -E '/^"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By)/d' $(CATALOGUE)
	rm rti/locale/messages.pot

# Write down who may use which route, what each login may do with which table, and the digests of new migrations: read
# the diff before committing it.
snapshots: setup
	$(BIN)/python -m tests.snapshots

# Take the pictures of README.md anew, of a demo that `make run` serves.
pictures: setup
	$(BIN)/python -m tests.pictures http://127.0.0.1:8000

bench: setup
	$(BIN)/python -m benchmarks

lock: setup
	$(BIN)/pip-compile --quiet --extra dev --extra channels --allow-unsafe --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) var
