#!/usr/bin/env bash
# Runs every fuzz target of the project for a given time each, and reports all that failed, not the first.
#
#   scripts/fuzz.sh 30s
set -euo pipefail

time=${1:?usage: scripts/fuzz.sh DURATION, as in 30s}
cd "$(dirname "$0")/.."
failed=()
while IFS=: read -r file line; do
  package=./$(dirname "$file")
  target=$(sed -E 's/^func (Fuzz[A-Za-z0-9_]+)\(.*/\1/' <<<"$line")
  echo "fuzz $package $target ($time)"
  if ! go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"; then
    failed+=("$package $target")
  fi
done < <(git grep -E '^func Fuzz[A-Za-z0-9_]+\(' -- '*_test.go')
if [ "${#failed[@]}" -gt 0 ]; then
  printf 'fuzz: failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
