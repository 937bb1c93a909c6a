# GNU make and a POSIX shell; what a target needs beyond Go it says itself.
.SUFFIXES:
.DEFAULT_GOAL := help

MODULE  = github.com/bento-cred/bento-cred
PREFIX  = /usr/local
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS = -s -w -X $(MODULE)/internal/version.version=$(VERSION)
PROGRAMS = bento-cred bento-credctl bento-credd
# Where bento-cred is entered before Go's runtime is; see cmd/bento-cred.
ENTRY   = $(if $(filter linux/amd64,$(or $(GOOS),$(shell go env GOOS))/$(or $(GOARCH),$(shell go env GOARCH))),-E processEntry)
# The names git and Docker call bento-cred by.
NAMES = git-credential-bento docker-credential-bento

# The linters are pinned in a module of their own: go.mod lists only what ships.
TOOL = go tool -modfile=tools/go.mod

# What is tested, what `go test` is given besides, and how long a target is fuzzed.
PACKAGES  = ./...
TESTFLAGS =
FUZZTIME  = 10s
SIEGE     = 10m
# What is measured, and how often: -rounds 30 -passes 1 -tables processes,socket
BENCHFLAGS =
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

# Tests that want a message bus start one. This keeps the others off the developer's
# own one, and off their keychain.
export DBUS_SESSION_BUS_ADDRESS = disabled:

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: ## Build the three programs into bin/
	CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -ldflags "./cmd/bento-cred=$(LDFLAGS) $(ENTRY)" \
		-o bin/ $(PROGRAMS:%=./cmd/%)
	for name in $(NAMES); do ln -sf bento-cred "bin/$$name" || exit 1; done

.PHONY: install
install: build ## Install them into $(DESTDIR)$(PREFIX)/bin
	mkdir -p "$(DESTDIR)$(PREFIX)/bin"
	for program in $(PROGRAMS); do \
		install -m 755 "bin/$$program" "$(DESTDIR)$(PREFIX)/bin/$$program" || exit 1; \
	done
	for name in $(NAMES); do ln -sf bento-cred "$(DESTDIR)$(PREFIX)/bin/$$name" || exit 1; done

.PHONY: dist
dist: ## Build archives, packages, formula, bill of materials and checksums into dist/
	go run -C tools/dist . -dir "$(CURDIR)/dist" -version "$(VERSION)" -platforms "$(PLATFORMS)"

.PHONY: dist-check
dist-check: ## Make a release twice, in two places, and compare the bytes
	go vet -C tools/dist ./...
	go test -C tools/dist -count=1 ./...

.PHONY: try
try: build ## Run the main job against a stand-in of BentoCloud, in a throwaway home
	go run ./internal/e2e/try

.PHONY: test
test: ## Run the tests; needs Go alone, and uses the shells and keychains it finds
	go test $(TESTFLAGS) $(PACKAGES)

.PHONY: race
race: ## Run the tests with the race detector, shuffled; needs a C compiler
	@set -- $$(go env CC); command -v "$$1" >/dev/null || { \
		echo "race: no C compiler: the race detector needs one. Install gcc, or run: make test" >&2; exit 1; }
	CGO_ENABLED=1 go test -race -shuffle=on -timeout 20m $(TESTFLAGS) $(PACKAGES)

.PHONY: e2e
e2e: ## Run the end-to-end scripts against the built programs
	go test -count=1 $(TESTFLAGS) ./internal/e2e/...

.PHONY: fuzz
fuzz: ## Fuzz every target for FUZZTIME each (make fuzz FUZZTIME=5m)
	@list=$$(mktemp) && trap 'rm -f "$$list"' EXIT && \
	go test -list '^Fuzz' $(PACKAGES) >"$$list" || { cat "$$list"; exit 1; }; \
	targets=$$(awk '/^Fuzz/ { names[++n] = $$1 } \
		/^ok/ { for (i = 1; i <= n; i++) print $$2 ":" names[i]; n = 0 }' "$$list"); \
	test -n "$$targets" || { echo "fuzz: no fuzz target found" >&2; exit 1; }; \
	for target in $$targets; do \
		echo "fuzz: $${target#*:} in $${target%:*}"; \
		go test -run '^$$' -fuzz "^$${target#*:}\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x \
			"$${target%:*}" || exit 1; \
	done

.PHONY: siege
siege: ## Lay siege to the built daemon for SIEGE: a thousand helpers, ten thousand connections, two hundred kills
	BENTO_CRED_SIEGE=$(SIEGE) go test -count=1 -v -timeout 2h -run '^TestSiege' ./internal/e2e

.PHONY: bench
bench: build ## Measure what it costs, beside what is known, into bench/ (make bench BENCHFLAGS='-rounds 30')
	go run -C tools/bench . -bin "$(CURDIR)/bin" -out "$(CURDIR)/bench" $(BENCHFLAGS)

.PHONY: bench-check
bench-check: ## Vet and test the benchmark itself, without measuring anything
	go vet -C tools/bench ./... && go vet -C tools/bench/fill ./...
	go test -C tools/bench -count=1 ./...

# By number and not by time: a target whose time is over in the wrong moment fails with
# "context deadline exceeded", though nothing was found (go.dev/issue/75804).
.PHONY: fuzz-short
fuzz-short: ## Fuzz every target with ten thousand inputs, as CI does
	@$(MAKE) --no-print-directory fuzz FUZZTIME=10000x

.PHONY: cover
cover: ## Measure how much of the code the tests run, all packages together
	mkdir -p cover
	go test -coverpkg=./... -coverprofile=cover/cover.out $(TESTFLAGS) $(PACKAGES)
	go tool cover -html=cover/cover.out -o cover/cover.html
	go tool cover -func=cover/cover.out | tail -n 1

.PHONY: vet
vet: ## Run go vet
	go vet $(PACKAGES)

.PHONY: lint
lint: ## Run the linter, and prove that each of its rules finds its violation
	$(TOOL) golangci-lint run $(PACKAGES)
	BENTO_CRED_LINT=1 go test -count=1 ./internal/lintproof

.PHONY: fmt
fmt: ## Format the code
	$(TOOL) golangci-lint fmt $(PACKAGES)

# Without the network there is no database to look into. That is said and passes,
# unless VULN_REQUIRED=1 is set, as it is where the network is known to be there.
.PHONY: vuln
vuln: ## Look for known vulnerabilities in what is linked; needs the network
	@out=$$(mktemp) && trap 'rm -f "$$out"' EXIT && \
	if $(TOOL) govulncheck $(PACKAGES) >"$$out" 2>&1; then cat "$$out"; exit 0; fi; \
	cat "$$out"; \
	grep -q '^govulncheck: fetching vulnerabilities' "$$out" && test "$(VULN_REQUIRED)" != 1 || exit 1; \
	echo "vuln: SKIPPED: the vulnerability database cannot be reached from here"

.PHONY: cross
cross: ## Build and vet for Linux, macOS and Windows on amd64 and arm64
	@for platform in $(PLATFORMS); do \
		echo "cross: $$platform"; \
		export CGO_ENABLED=0 GOOS="$${platform%/*}" GOARCH="$${platform#*/}"; \
		go build $(PACKAGES) && go vet $(PACKAGES) || exit 1; \
	done

CHECKS = build vet lint vuln cross race fuzz-short dist-check bench-check e2e

.PHONY: check
check: ## Everything CI runs; here a real shell or keychain that is missing is a failure
	@failed=; for target in $(CHECKS); do \
		echo "== $$target"; begin=$$(date +%s); \
		BENTO_CRED_REQUIRE_REAL=1 $(MAKE) --no-print-directory $$target || failed="$$failed $$target"; \
		echo "== $$target took $$(($$(date +%s) - begin)) s"; \
	done; \
	test -z "$$failed" || { echo "check: FAILED:$$failed" >&2; exit 1; }; \
	echo "check: passed"

.PHONY: clean
clean: ## Remove what the other targets made
	rm -rf bin dist cover bench
