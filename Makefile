# What there is to do here. "make test" is what CI runs; "make help" lists the rest.

SHELL       := bash
.SHELLFLAGS := -o pipefail -c
GO          ?= go
GENERATOR   := CGO_ENABLED=0 $(GO) run ./cmd/esgen
STATICCHECK := bin/staticcheck
FUZZTIME    ?= 20s

# Packages with generated code, which must be fresh.
GENERATED := ./examples/... ./runtime/sqlite/bench/...

# What only benchmarks need is in modules of their own, so that users do not get it.
MODULES := runtime/jsonx/bench runtime/jsonl/bench runtime/otel

# Of these, the ones with generated code.
GENERATED_MODULES := runtime/jsonx/bench

# Everything is compiled the way the tests need it, so that SQLite is compiled once.
RACE := -race

# What a verbose test run prints, but for what goes without saying.
COUNTS := grep -v '^=== \|^ *--- \(PASS\|SKIP\)\|set ESGEN_TORTURE=1'

.DEFAULT_GOAL := help
.SILENT:
.PHONY: help test vet format tidy fresh lint unit generate demo bench bench-codec bench-store fuzz torture clean

help: ## list the targets
	awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: format tidy fresh vet lint unit ## everything that must hold before a commit
	echo "== all fine"

format: ## sources are formatted
	echo "== format"
	unformatted=$$(find . -name '*.go' -not -path '*/testdata/*' | xargs gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi

tidy: ## go.mod and go.sum list what is used
	echo "== tidy"
	for module in . tools $(MODULES); do $(GO) -C $$module mod tidy -diff || exit 1; done

fresh: ## generated code in this repository is up to date
	echo "== fresh"
	$(GENERATOR) check $(GENERATED)
	for module in $(GENERATED_MODULES); do $(GENERATOR) check -C $$module ./... || exit 1; done

vet: ## go vet finds nothing
	echo "== vet"
	$(GO) vet $(RACE) ./...
	for module in $(MODULES); do $(GO) -C $$module vet ./... || exit 1; done

# The linter is a tool of the module in tools/, so that users of esgen do not get its
# dependencies.
lint: ## staticcheck finds nothing
	echo "== lint"
	$(GO) build -C tools -o ../$(STATICCHECK) honnef.co/go/tools/cmd/staticcheck
	GOFLAGS="$$($(GO) env GOFLAGS) $(RACE)" $(STATICCHECK) ./...

# The tests of faults say what they have done and counted, which go test keeps to itself
# where all is well.
unit: ## all tests, with the race detector
	echo "== test"
	$(GO) test $(RACE) $$($(GO) list ./... | grep -v '/sqlite/torture$$')
	$(GO) -C runtime/otel test $(RACE) ./...
	echo "== faults"
	$(GO) test $(RACE) -v -run BitFlips ./runtime/sqlite | $(COUNTS)
	$(GO) test $(RACE) -v ./runtime/sqlite/torture | $(COUNTS)

generate: ## generate the examples
	$(GENERATOR) $(GENERATED)
	for module in $(GENERATED_MODULES); do $(GENERATOR) -C $$module ./... || exit 1; done

demo: ## generate the examples, and tell their story on a real file
	$(GENERATOR) $(GENERATED)
	$(GO) run ./examples/tour

bench: ## how fast generating and dispatching are, then all other benchmarks
	$(GO) test -run '^$$' -bench . -benchtime 20x ./cmd/esgen
	$(GO) test -run '^$$' -bench . -benchmem ./templates/... ./runtime/... ./schema/... | grep -v 'no test files\|^PASS$$'

bench-codec: ## how the generated codecs compare with JSON libraries
	$(GO) -C runtime/jsonx/bench test ./...
	$(GO) -C runtime/jsonx/bench run .

bench-store: ## how the stores compare with plain database/sql and with bare writes
	$(GO) run ./runtime/sqlite/bench
	$(GO) -C runtime/jsonl/bench run .

fuzz: ## run each fuzz target for FUZZTIME (20s)
	for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "== $$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

torture: ## tests that take long: a module proxy, crashes, long histories
	ESGEN_TORTURE=1 $(GO) test -count=1 -timeout 60m -tags torture -run Torture -v ./...

clean: ## remove what the other targets have built
	rm -rf bin
