#!/usr/bin/env bash
# Run all unit and contract tests, of this module and of the contract tests' own ones. No cluster is used.
#
#   scripts/test.sh [go test flags …]
#
# What costs time and finds nothing here is left out: vet is part of scripts/lint.sh, debugging tables are for debuggers
# (file and line of a panic or a race stay), and the libraries that are most of what is compiled, Kubernetes' and
# Cloudflare's, are compiled without inlining. The first run on a machine compiles some 2,200 packages with the race
# detector, and two releases of external-dns unless the image cache holds them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Compilers are short-lived: more memory for less garbage collection, a quarter of their time at the default of 100.
export GOGC=${GOGC:-400}

failed=()
for module in . mocks/cloudflare/contract e2e/attest/contract; do
  go -C "$module" test -race -vet=off -gcflags=all=-dwarf=false -gcflags='k8s.io/...=-dwarf=false -l' \
    -gcflags='github.com/cloudflare/...=-dwarf=false -l' -ldflags=-w -timeout 30m "$@" ./... || failed+=("$module")
done
if [[ ${#failed[@]} -gt 0 ]]; then
  printf 'test: failed in module %s\n' "${failed[@]}" >&2
  exit 1
fi
