# Every target first installs the tools that it needs. `make` alone lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup setup-multilingual setup-openvino setup-ocr ui run test test-ui test-clients python-client bench bench-scale eval drill fuzz regress wheel deb lint-packaging fmt lint

# Folder of all builds and downloads, outside the checkout.
export RAG_HOME ?= $(HOME)/.cache/rag
export CARGO_TARGET_DIR ?= $(RAG_HOME)/target
RAG = $(CARGO_TARGET_DIR)/release/rag

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

setup: ## Install PostgreSQL and the embedding model into RAG_HOME (~/.cache/rag)
	@scripts/setup

setup-multilingual: setup ## Install the model multilingual-e5-small too; embedding.model = "multilingual-e5-small" selects it
	@scripts/setup multilingual

setup-openvino: setup ## Install the engine OpenVINO too: local models run three times faster on processors with 16-bit floats (Linux x86_64)
	@scripts/setup openvino

setup-ocr: setup ## Install text recognition too: scanned PDF pages and images are read
	@scripts/setup ocr

# Every file of the web UI; its build is repeated when one of them changes.
UI_SOURCES := $(shell find web/src -type f ! -name schema.d.ts) $(wildcard web/*.json web/*.html) web/vite.config.ts docs/openapi.json

ui: ## Build the web UI into web/dist; the next build of the server embeds it
	@scripts/setup node
	@$(MAKE) --no-print-directory web/dist/index.html

web/dist/index.html: $(UI_SOURCES)
	@test web/node_modules/.package-lock.json -nt web/package-lock.json || scripts/npm --prefix web ci --no-audit --no-fund
	scripts/npm --prefix web run --silent build

run: setup ## Build and start the server; ARGS="--help" shows its options, Ctrl-C stops it
	@if scripts/npm --version >/dev/null 2>&1; then $(MAKE) --no-print-directory ui; \
	else echo "npm is missing: the server is built without the web UI; 'make ui' installs it and builds the UI" >&2; fi
	cargo build --release -p rag-cli
	@exec $(RAG) serve $(ARGS)

test: setup ## Run every test against its own PostgreSQL; ARGS="-p rag-pg" selects
	@scripts/setup redis ocr
	cargo build --workspace --all-targets
	cargo test --quiet --doc --workspace
	@if cargo nextest --version >/dev/null 2>&1; then set -- nextest run; else set -- test --lib --bins --tests --examples; fi; \
	set -x; exec $(CARGO_TARGET_DIR)/debug/rag pg exec -- cargo "$$@" $(or $(ARGS),--workspace)

# A browser with the DevTools protocol.
CHROMIUM ?= $(firstword $(foreach name,chromium chromium-browser google-chrome,$(shell command -v $(name) 2>/dev/null)))
test-ui: setup ui ## Test the web UI in Chromium with a server of its own; ARGS="hostile" selects
	@test -n "$(CHROMIUM)" || { echo "make test-ui: Chromium is missing; install it with: apt-get install -y chromium" >&2; exit 2; }
	cargo build --workspace --all-targets
	RAG=$(CARGO_TARGET_DIR)/debug/rag CHROMIUM=$(CHROMIUM) scripts/npm --prefix web test -- $(ARGS)

test-clients: setup ## Run the official clients, their conformance suites and the examples against a server; ARGS="langchain" selects
	@scripts/setup node
	@scripts/clients/setup
	@scripts/python_client/generate >/dev/null
	cargo build --workspace --all-targets
	@exec python3 scripts/clients/run.py $(CARGO_TARGET_DIR)/debug/rag $(ARGS)

python-client: ## Generate a Python client of the HTTP API; prints its folder, which pip installs
	@scripts/python_client/generate

bench: setup ## Compare ingest, embedder, search and COPY with references; ARGS="--data DIR" reads texts from a BEIR-shaped folder
	@scripts/setup bench
	cargo build --release -p rag-cli -p rag-bench
	@PYTHONPATH=$(RAG_HOME)/tools/onnxruntime exec $(RAG) pg exec -- $(CARGO_TARGET_DIR)/release/rag-bench parts --model-dir $(RAG_HOME)/model/all-minilm-l6-v2 $(ARGS)

ROWS ?= 100000
# Real texts to start from, if the checkout's parent folder has them.
DATA ?= $(firstword $(wildcard ../shared/data/hotpotqa ../shared/data/scifact))
bench-scale: setup ## Measure search in ROWS (100000) chunks made from real passages; DATA=DIR reads them from a BEIR-shaped folder
	cargo build --release -p rag-cli -p rag-bench
	@exec $(RAG) pg exec -- $(CARGO_TARGET_DIR)/release/rag-bench scale --model-dir $(RAG_HOME)/model/all-minilm-l6-v2 \
		--cache $(RAG_HOME)/bench/all-minilm-l6-v2.vectors --rows $(ROWS) $(if $(DATA),--data "$(DATA)") $(ARGS)

eval: setup ## Measure retrieval quality on a BEIR-shaped folder: make eval DIR=path
	@test -n "$(DIR)" || { echo "make eval: name a folder with corpus.jsonl, queries.jsonl, qrels.tsv: make eval DIR=path" >&2; exit 2; }
	cargo build --release -p rag-cli
	@exec $(RAG) eval "$(DIR)" $(ARGS)

drill: setup ## Break the server's surroundings and check its promises; ARGS="kill full_disk --short" selects
	cargo build --workspace --all-targets
	@exec python3 scripts/drill/drill.py $(CARGO_TARGET_DIR)/debug/rag $(ARGS)

SECONDS_OF_FUZZ ?= 900
fuzz: setup ## Send generated requests to every operation for 15 minutes; every answer must be one that docs/openapi.json describes
	@scripts/fuzz/setup
	cargo build --workspace --all-targets
	@exec python3 scripts/fuzz/run.py $(CARGO_TARGET_DIR)/debug/rag $(SECONDS_OF_FUZZ)

regress: setup ## Compare retrieval quality with the figures in tests/evaluation
	cargo build --workspace --all-targets
	@$(CARGO_TARGET_DIR)/debug/rag pg exec -- $(CARGO_TARGET_DIR)/debug/rag eval tests/evaluation --compare tests/evaluation/expected.json

# Folder of the packages.
DIST ?= $(RAG_HOME)/dist
wheel: ui ## Build the wheel that brings `rag` to machines without a compiler: pip install FILE, then python3 -m rag_setup
	@scripts/setup maturin
	$(RAG_HOME)/tools/maturin/maturin build --out $(DIST)

deb: ui ## Build the Debian package with a systemd unit; needs dpkg-dev
	cargo build --release -p rag-cli
	@python3 scripts/packaging/deb.py $(RAG) $(DIST)

lint-packaging: ## Check Dockerfile, systemd unit, dashboard, alert rules and package; leaves out those whose tools are missing
	@scripts/packaging/lint $(wildcard $(DIST)/*.deb)

fmt: ## Format the code
	cargo fmt --all

lint: ## Check format, lints, documentation, and the licences and sources of all dependencies
	@scripts/setup lint
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS=-Dwarnings cargo doc --quiet --workspace --no-deps
	$(RAG_HOME)/tools/cargo-deny/cargo-deny --log-level error check bans licenses sources
