# Every target first installs the tools that it needs. `make` alone lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup run test bench bench-scale eval drill regress fmt lint

# Folder of all builds and downloads, outside the checkout.
export RAG_HOME ?= $(HOME)/.cache/rag
export CARGO_TARGET_DIR ?= $(RAG_HOME)/target
RAG = $(CARGO_TARGET_DIR)/release/rag

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

setup: ## Install PostgreSQL and the embedding model into RAG_HOME (~/.cache/rag)
	@scripts/setup

run: setup ## Build and start the server; ARGS="--help" shows its options, Ctrl-C stops it
	cargo build --release -p rag-cli
	@exec $(RAG) serve $(ARGS)

test: setup ## Run every test against its own PostgreSQL; ARGS="-p rag-pg" selects
	@scripts/setup redis
	cargo build --workspace --all-targets
	cargo test --quiet --doc --workspace
	@if cargo nextest --version >/dev/null 2>&1; then set -- nextest run; else set -- test --lib --bins --tests --examples; fi; \
	set -x; exec $(CARGO_TARGET_DIR)/debug/rag pg exec -- cargo "$$@" $(or $(ARGS),--workspace)

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

regress: setup ## Compare retrieval quality with the figures in tests/evaluation
	cargo build --workspace --all-targets
	@$(CARGO_TARGET_DIR)/debug/rag pg exec -- $(CARGO_TARGET_DIR)/debug/rag eval tests/evaluation --compare tests/evaluation/expected.json

fmt: ## Format the code
	cargo fmt --all

lint: ## Check format, lints, documentation, and the licences and sources of all dependencies
	@scripts/setup lint
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS=-Dwarnings cargo doc --quiet --workspace --no-deps
	$(RAG_HOME)/tools/cargo-deny/cargo-deny --log-level error check bans licenses sources
