# One command checks everything: make check. CI runs that same command.
# Tools are pinned in .ci/tools and built once, into a cache outside the clone.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
export PATH := $(CURDIR)/.cache/bin:$(PATH)

# How long each fuzz target runs.
FUZZTIME ?= 5s
# A single package or pattern: make test PKG=./service/order/...
PKG ?= ./...
# In CI a skipped test is a failure: its engine or tool is missing.
SKIPS := $(if $(filter 1,$(COFFEE_TEST_REQUIRE)),fail,list)

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: tools
tools: ## Build the pinned tools into the cache and link them into .cache/bin
	@.ci/tools/build

.PHONY: generate
generate: ## Make the generated code again: contracts, REST, OpenAPI, SQL
	@proto/generate
	@.ci/generate-sql

.PHONY: format
format: tools ## Rewrite the Go files in the project's format
	@.ci/go-files | xargs -r gofumpt -w

.PHONY: test
test: .cache/bin/testreport ## Run the tests (PKG=./folder/... for a part)
	@.ci/test $(PKG)

.PHONY: bench
bench: ## Run the Go benchmarks
	go test -run '^$$' -bench . -benchmem $(PKG)

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (5s)
	@.ci/fuzz $(FUZZTIME)

.PHONY: web
web: ## Build the front end into web/site
	@.ci/web-install web
	@cd web && npm run -s build

.PHONY: audit
audit: ## Run Lighthouse on the screens and measure them in Chromium (prints tables, fails on nothing slow)
	@.ci/web-install
	COFFEE_TEST_REQUIRE=1 go test ./test/web -run '^TestAudits$$' -bench . -benchtime 20x -timeout 30m -audit

# What `make faults` asks of the machine: requests a second, and how often each process is restarted.
RATE ?= 200
ROUNDS ?= 20

.PHONY: faults
faults: ## Run the fault tests at full length and print what happened (RATE, ROUNDS; half an hour)
	COFFEE_TEST_REQUIRE=1 go test ./test/e2e -run '^TestFault' -count 1 -v -timeout 90m -faults -faults.rate $(RATE) -faults.rounds $(ROUNDS)

.PHONY: screenshots
screenshots: ## Take the pictures of docs/screens
	@.ci/web-install
	@mkdir -p docs/screens
	COFFEE_TEST_REQUIRE=1 go test ./test/web -run '^TestPictures$$' -timeout 20m -count 1 -pictures "$(CURDIR)/docs/screens"

.PHONY: check
check: tools check-format check-tidy check-generated check-sql check-proto check-web check-vet check-lint check-ci check-race check-fuzz check-image check-vulnerable ## Check everything; what CI runs
	@echo "check: all passed"

.PHONY: check-format
check-format: ## Fail on a Go file that gofumpt would change
	@files=$$(.ci/go-files | xargs -r gofumpt -l); \
	if [ -n "$$files" ]; then echo "not formatted (make format):"; echo "$$files"; exit 1; fi
	@echo "check: format"

.PHONY: check-tidy
check-tidy: ## Fail when go.mod is not tidy or docs/dependencies.md not true
	@if .ci/has-packages; then \
		go mod tidy -diff >.cache/tidy.diff || { head -n 60 .cache/tidy.diff; echo "go.mod is not tidy: go mod tidy"; exit 1; }; \
	else echo "check: no packages, go.mod not compared"; fi
	@.ci/check-dependencies
	@echo "check: tidy"

.PHONY: check-generated
check-generated: ## Make the generated code again and fail when it differs
	@.ci/check-generated
	@echo "check: generated"

.PHONY: check-sql
check-sql: .cache/bin/sqlcheck ## Read all SQL with TiDB's parser, and fail on what engines disagree about
	@.cache/bin/sqlcheck .
	@echo "check: SQL"

.PHONY: check-proto
check-proto: ## Lint the contracts, and compare them with their previous version
	@.ci/check-proto
	@echo "check: contracts"

.PHONY: check-web
check-web: ## Lint and test the front end, build it again and fail when that differs
	@.ci/check-web
	@echo "check: web"

.PHONY: check-vet
check-vet: ## Run go vet
	@if .ci/has-packages; then go vet ./...; fi
	@echo "check: vet"

.PHONY: check-lint
check-lint: ## Run the linters of .golangci.yml
	@if .ci/has-packages; then golangci-lint run; fi
	@echo "check: lint"

.PHONY: check-ci
check-ci: ## Test the CI's own programs
	@cd .ci/testreport && go vet ./... && go test ./...
	@cd .ci/sqlcheck && go vet ./... && go test ./...

.PHONY: check-race
check-race: .cache/bin/testreport ## Run the tests under the race detector, but for those of other processes: the browser's and the faults
	@.ci/test -race -skip '^TestFault' $$(go list $(PKG) | grep -vx coffee/test/web)

.PHONY: check-fuzz
check-fuzz: fuzz ## Run every fuzz target for a few seconds
	@echo "check: fuzz"

.PHONY: check-image
check-image: ## Build the container image's binary twice, in two folders, and fail when the two differ
	@.ci/check-image
	@echo "check: image"

.PHONY: check-vulnerable
check-vulnerable: ## Run govulncheck, where its database can be reached
	@.ci/check-vulnerable

.cache/bin/testreport: .ci/testreport/main.go .ci/testreport/go.mod
	@mkdir -p .cache/bin
	@cd .ci/testreport && go build -o ../../.cache/bin/testreport .

.cache/bin/sqlcheck: $(wildcard .ci/sqlcheck/*.go) .ci/sqlcheck/go.mod
	@mkdir -p .cache/bin
	@cd .ci/sqlcheck && go build -o ../../.cache/bin/sqlcheck .
