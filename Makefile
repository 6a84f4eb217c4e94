# The one door to the work: `.ci/run`, and with it CI, goes through the targets here.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
RELEASE := target/release
DEBUG := target/debug
FUZZ_SECONDS ?= 60
MINUTES ?= 60

.PHONY: help setup build demo up down test rehearse-compose simulate fuzz lint fmt deny bench soak clean-cache

help: ## Show this help
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install or name the system packages that are missing
	@stack/setup.sh

build: setup ## Build every binary, optimised
	$(CARGO) build --release --locked --workspace --bins

demo: build ## Run the main job on real sales: Kafka, Connect, PostgreSQL, ledger (DEMO_SECONDS=20)
	@$(RELEASE)/stack demo

up: build ## Start the native stack and leave it running
	@if $(RELEASE)/stack status >/dev/null 2>&1; then echo "the stack runs already: stack status shows it"; \
	else $(RELEASE)/stack up --detach; fi

down: build ## Stop the native stack; its data stays
	@$(RELEASE)/stack down

test: setup ## Run every test, those on the real servers too
	$(CARGO) build --locked --workspace --bins
	@$(DEBUG)/stack fetch
	$(CARGO) test --locked --workspace

rehearse-compose: setup ## Run the compose file for real, where need be with stand-ins (REAL_IMAGES=1 for none)
	$(CARGO) build --locked --workspace --bins
	@if [ -n "$(REAL_IMAGES)" ]; then real=--real-images; \
	else real=; export BUILD_PROFILE=dev; fi; \
	trap 'compose/rehearsal/engine down' EXIT; \
	compose/rehearsal/engine up; \
	environment=$$(compose/rehearsal/engine env); eval "$$environment"; \
	compose/rehearsal/base $$real; \
	compose/rehearsal/images $$real; \
	$(DEBUG)/rehearse

simulate: setup ## Simulate a failing Connect with a million seeds (SEEDS=n for as many, SEED=n to replay one)
	@if [ -n "$(SEED)" ]; then export SIMULATION_SEED=$(SEED); \
	elif [ -n "$(SEEDS)" ]; then export SIMULATION_SEEDS=$(SEEDS); \
	else export SIMULATION_SEEDS=1000000 SIMULATION_SOCKET_SEEDS=1000 SIMULATION_FIGURES=docs/benchmarks.md; fi; \
	$(CARGO) test --release --locked -p connect-register --test simulation -- --nocapture \
	  whatever_fails_the_laws_are_kept

fuzz: ## Fuzz what reads the input of others (FUZZ_SECONDS=60 for each target; wants nightly and cargo-fuzz)
	@command -v cargo-fuzz >/dev/null || { echo "cargo-fuzz is missing: cargo install cargo-fuzz --locked"; exit 9; }
	@cd connect-register/fuzz; for target in template document answer trace letter offsets; do \
	  mkdir -p "target/found/$$target"; \
	  cargo +nightly fuzz run --fuzz-dir . "$$target" "target/found/$$target" "corpus/$$target" -- \
	    -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -print_final_stats=1; \
	done

lint: ## Check code, docs, compose files and scripts
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps
	@PATH="$$(.ci/tools):$$PATH"; set -x; \
	yamllint --strict .; \
	hadolint compose/*.Dockerfile compose/rehearsal/vendors/*/Dockerfile; \
	shellcheck -x $$(git grep -lE '^#!.*\bbash'); \
	taplo format --check; \
	zizmor --offline --quiet .github; \
	lychee --quiet --offline --include-fragments README.md CONTRIBUTING.md CHANGELOG.md docs

deny: ## Check licences, bans and sources of the dependencies
	@PATH="$$(.ci/tools):$$PATH"; cargo-deny --locked check licenses bans sources

fmt: ## Format the code
	$(CARGO) fmt --all

bench: build ## Measure boot, landing and declaring, and write docs/benchmarks.md
	@$(RELEASE)/stack bench boot --write docs/benchmarks.md
	@$(RELEASE)/stack bench landing --write docs/benchmarks.md
	@$(RELEASE)/stack bench register --write docs/benchmarks.md

soak: build ## Leave connect-register watch alone for an hour while things fail (MINUTES=60), and write docs/benchmarks.md
	@$(RELEASE)/stack bench watch --minutes $(MINUTES) --write docs/benchmarks.md

clean-cache: ## Remove everything that was downloaded
	@compose/rehearsal/engine down
	@stack/setup.sh --clean-cache
