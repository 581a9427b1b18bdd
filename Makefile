# Everything a person or a machine does with Baton from a checkout. `make help` lists it.
SHELL := /bin/sh
GO ?= go
DATA ?= baton-data
TOOL := $(GO) tool -modfile=tools/go.mod
# The speech model and other downloads that are checked by hash; shared by checkouts.
export BATON_MODELS_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/baton/models

# A step that fails (the budget of the web client, say) leaves nothing that looks made.
.DELETE_ON_ERROR:
.PHONY: help setup setup-test web build models run dev test test-go test-web test-e2e access check lint generate bench eval chaos simulate clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## install what running needs (Debian, Ubuntu), or say what to install
	@sh tools/setup.sh

setup-test:
	@sh tools/setup.sh --test

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/public web/index.html web/vite.config.* -type f 2>/dev/null)
	cd web && npm run build

web: web/dist/index.html ## the web client, into web/dist

build: web ## bin/baton, with the web client inside
	$(GO) build -trimpath -o bin/baton ./cmd/baton

models: build ## the speech model, by pinned version and checksum
	bin/baton models install

run: setup build models ## build, start everything, print the URL
	bin/baton serve --data $(DATA)

dev: setup build models ## as run, with the web client rebuilt as you edit it
	cd web && (npm run watch & trap 'kill $$!' EXIT; cd .. && bin/baton serve --data $(DATA) --web web/dist)

test: setup-test build models test-web test-go test-e2e ## every test, the browser ones included
	@echo "all tests passed"

test-go:
	$(GO) vet ./...
	@GO=$(GO) sh tools/test-go.sh

test-web: web
	cd web && npm run check

test-e2e: build models
	cd web && npm run e2e

access: setup-test ## who may reach what: every route as every kind of visitor
	@out=$$($(GO) test ./api -run TestAccess -count=1 -v 2>&1); status=$$?; echo "$$out" | grep -v '^=== '; \
		echo "$$out" | grep -o 'access: .*'; exit $$status

check: lint test-web ## formatting, lint, generated code, types
	$(GO) vet ./...

lint:
	$(TOOL) golangci-lint run ./...

generate: web/node_modules/.package-lock.json ## code from openapi.yaml and SQL
	cd api && $(GO) tool -modfile=../tools/go.mod oapi-codegen -config oapi-codegen.yaml openapi.yaml
	cd postgres && $(GO) tool -modfile=../tools/go.mod sqlc generate
	cd web && npm run generate

bench: setup-test build models ## speed and memory, as tables (OUT=file writes them, too)
	$(GO) run ./internal/bench $(if $(OUT),-out $(OUT))

chaos: setup-test build models ## breaks everything while takes are recorded: TAKES=200 TABS=20 SEED=1 LONG=1 OUT=FILE
	$(GO) run ./internal/chaos -takes $(or $(TAKES),200) -tabs $(or $(TABS),20) -seed $(or $(SEED),1) $(if $(LONG),-long) $(if $(OUT),-out $(OUT))

eval: setup-test models ## quality: words, word times, chapters (writes docs/evaluation.md)
	$(GO) run ./internal/eval/speech -out docs/evaluation.md
	$(GO) run ./internal/eval/chapters -out docs/evaluation.md
	$(GO) run ./internal/eval/spoken -out docs/evaluation.md
	@tail -n 1 docs/evaluation.md

simulate: setup-test ## eight weeks of rounds and asks on a clock of its own, with kills (SEED=1)
	$(GO) run ./internal/simulate -seed $(or $(SEED),1)

clean: ## what was built (never data)
	rm -rf bin web/dist/* web/node_modules
