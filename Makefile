# Every target is one line that calls a program or a script. `make` alone prints this list.
.DEFAULT_GOAL := help
SHELL := /usr/bin/env bash

# What a user may say, on the command line or in the environment.
BUNDLE    ?=
BASELINE  ?=
CANDIDATE ?=
TRAEFIK   ?=
APPS      ?=
READING   ?=
ARTIFACTS ?=
KEEP      ?= on-failure
FOCUS     ?=
LABELS    ?=
RERUN     ?=
SEED      ?= 0
IMAGES    ?= auto
ENGINE    ?= rendered
KUBERNETES ?=
NODE      ?=
CLUSTER   ?= edgeproof
CLUSTERS  ?= 0
SHARD     ?=
CLIENTS   ?=
ONLY      ?=

EDGEPROOF := bin/edgeproof
TESTBED     := --cluster '$(CLUSTER)' --bundle '$(BUNDLE)' --apps '$(APPS)' --images '$(IMAGES)' --kubernetes '$(KUBERNETES)' --node-image '$(NODE)' --engine '$(ENGINE)'
PAIR      := --cluster '$(CLUSTER)' --baseline '$(BASELINE)' --candidate '$(CANDIDATE)' --candidate-traefik '$(TRAEFIK)' --apps '$(APPS)' --images '$(IMAGES)' --kubernetes '$(KUBERNETES)' --node-image '$(NODE)' --engine '$(ENGINE)'
FUZZTIME  ?= 30s

##@ Prove

.PHONY: e2e
e2e: build ## judge BUNDLE= (default: the reference bundle) on a real cluster; KEEP= FOCUS= LABELS= SEED= APPS= ARTIFACTS= IMAGES=; READING='--var A=b --exclude Kind/name' for a repository as published; RERUN=verdict.json for what that did not prove
	$(EDGEPROOF) test $(TESTBED) $(READING) --rerun '$(RERUN)' --seed '$(SEED)' --keep '$(KEEP)' --focus '$(FOCUS)' --labels '$(LABELS)' --artifacts '$(ARTIFACTS)'

.PHONY: e2e-full
e2e-full: build ## the same with every fault of the catalogue, divided among CLUSTERS= (default: three), or SHARD=2/4 of them; SEED= repeats an order
	$(EDGEPROOF) test $(TESTBED) $(READING) --catalogue full --clusters '$(CLUSTERS)' --shard '$(SHARD)' --seed '$(SEED)' --keep '$(KEEP)' --focus '$(FOCUS)' --labels '$(LABELS)' --artifacts '$(ARTIFACTS)'

.PHONY: gate
gate: build ## may CANDIDATE= take the place of BASELINE=? upgrade under traffic, journey, faults, rollback; TRAEFIK= goes with it
	$(EDGEPROOF) gate run $(PAIR) --artifacts '$(ARTIFACTS)' --keep '$(KEEP)' --seed '$(SEED)'

.PHONY: gate-sabotage
gate-sabotage: build ## broken copies of CANDIDATE=, each of which must be blocked for the expected reason
	$(EDGEPROOF) gate sabotage $(PAIR) --artifacts '$(ARTIFACTS)' --keep '$(KEEP)' --focus '$(FOCUS)'

.PHONY: baseline
baseline: build ## make the times of the last `make e2e`, which must have passed, the baseline of later runs
	$(EDGEPROOF) baseline '$(or $(ARTIFACTS),_artifacts)/verdict.json'

.PHONY: engines
engines: ## `make e2e` on each container engine that can be had here: Podman, Docker, nerdctl
	scripts/engines.sh

.PHONY: steady
steady: ## `make e2e` many times, beside a load, and after SIGKILL; hours. RUNS='20 10 3 10': runs, of them loaded, whole catalogues, killed
	scripts/steady.sh $(RUNS)

.PHONY: example
example: ## a platform team's own spec, in its own module, on CLUSTER=
	EDGEPROOF_EXAMPLE='$(CLUSTER)' go -C e2e/testbed/example test -count=1 -timeout 30m .

.PHONY: test
test: browser ## all unit and contract tests; no cluster
	scripts/test.sh

.PHONY: clients
clients: ## clients of the field, as released, against the fake internet; ONLY='certbot unbound', CLIENTS= a folder of sources
	CLIENTS='$(CLIENTS)' scripts/clients.sh $(ONLY)

##@ Cluster

.PHONY: up
up: build ## make the cluster with everything installed, and leave it; `make e2e` then uses it
	$(EDGEPROOF) up $(TESTBED) $(READING)

.PHONY: down
down: build ## remove the cluster
	$(EDGEPROOF) down --cluster '$(CLUSTER)'

.PHONY: images
images: build ## provide every image of a run; IMAGES=auto|pull|build
	$(EDGEPROOF) images $(TESTBED)

##@ Develop

# At first the modules are fetched, eight at once: the go command fetches as many as it has processors, and mostly waits for them.
.PHONY: build
build: ## compile edgeproof
	@if [ ! -x $(EDGEPROOF) ]; then echo "compiling edgeproof; the first time on a machine this takes some minutes"; GOMAXPROCS=8 go list -deps ./e2e/cmd/edgeproof >/dev/null; fi; CGO_ENABLED=0 go build -trimpath -gcflags=all=-dwarf=false -o $(EDGEPROOF) ./e2e/cmd/edgeproof

.PHONY: lint
lint: ## every check of the source; all findings, not the first
	scripts/lint.sh

.PHONY: update
update: ## write all generated files: golden files of tests, the pages of codes and commands, the schema, go.mod
	scripts/update.sh

.PHONY: verify
verify: ## the same, and fail when that changes a file
	scripts/update.sh --check

.PHONY: browser
browser: ## provide the browser in which report.html is tested, where that is possible
	scripts/browser.sh

.PHONY: bench
bench: ## benchmarks, with ratios against a peer in the same run
	scripts/bench.sh

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME= (30s)
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: clean
clean: ## remove the cluster, results and compiled programs of this checkout; images stay cached
	for dir in _work/clusters/*/; do if [ -d "$$dir" ]; then $(MAKE) --no-print-directory down CLUSTER="$$(basename "$$dir")"; fi; done
	rm -rf _work _artifacts bin

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nTwo commands do everything: make test, make e2e.\n'
