# Two commands: `make run` and `make test`. Everything else is for those who work on the project.
.DEFAULT_GOAL := run
.PHONY: run test test-fast bench setup format messages clean

run: ## sets up what is missing and serves the office on http://localhost:8000 (PORT changes it)
	@scripts/run

test: ## sets up what is missing and runs every check and every test
	@scripts/test

test-fast: ## the same without Chromium and PostgreSQL
	@scripts/test --fast

bench: ## every benchmark, or one: make bench NAME=search
	@scripts/bench $(NAME)

setup: ## only sets up: virtual environment, packages, web assets
	@scripts/setup dev

format: setup ## formats the sources
	@.venv/bin/ruff check --fix -q . && .venv/bin/ruff format -q .

messages: setup ## collects the texts into locale/ and compiles them
	@scripts/messages

clean: ## removes what setting up made; keeps var/ (the office's data)
	rm -rf .venv node_modules kuyakusho/core/ui/static/ui kuyakusho/engines/documents/fonts
