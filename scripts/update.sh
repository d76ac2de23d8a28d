#!/usr/bin/env bash
# Write every file that the source determines: golden files of tests, the pages of codes and of commands, the schema of the verdict,
# go.mod and go.sum.
#
#   scripts/update.sh            write them
#   scripts/update.sh --check    write them, list those that changed, and fail when there are any
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# state lists every file of the working tree with its digest.
state() {
  git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' f; do
    if [[ -f $f ]]; then printf '%s\0' "$f"; fi
  done | xargs -0 sha256sum
}

before=$(state)
for module in . mocks/cloudflare/contract e2e/attest/contract e2e/testbed/example; do go -C "$module" mod tidy; done
# The packages whose tests compare with golden files; those know the flag.
go list -f '{{.ImportPath}} {{.TestImports}} {{.XTestImports}}' ./... | awk '/gotest\.tools\/v3\/golden/ {print $1}' |
  xargs go test -vet=off -gcflags=all=-dwarf=false -update

changed=$(diff <(echo "$before") <(state) | awk '/^[<>]/ {print $3}' | sort -u)
if [[ -z $changed ]]; then
  echo "update: all generated files are up to date"
  exit 0
fi
printf 'update: changed\n%s\n' "$changed"
[[ ${1:-} != --check ]]
