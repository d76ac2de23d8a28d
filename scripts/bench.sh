#!/usr/bin/env bash
# Runs every benchmark of the mocks, one package after the other so that none disturbs another, and then prints a table of
# what was measured beside what it was measured against in the same run. It fails when a figure misses what is promised.
#
#   scripts/bench.sh [go test flags …]
#
# The first run compiles CoreDNS, which takes some minutes; it is then kept in the user's cache folder.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
results=$(mktemp)
trap 'rm -f "$results"' EXIT
go test -p 1 -run '^$' -bench . -timeout 30m "$@" ./mocks/... | grep -v 'no test files' | tee "$results"

awk '
  # is returns how a figure compares with a promise; sign is +1 for "at least" and -1 for "at most".
  function is(value, sign, promise) {
    if ((value - promise) * sign >= 0) return "ok"
    missed++
    return "MISSED"
  }
  function row(what, measured, against, ratio, promise, verdict) {
    printf "%-34s %14s  %-30s %7s  %-12s %s\n", what, measured, against, ratio, promise, verdict
    rows++
  }
  BEGIN { expected = 10 }
  /^Benchmark/ {
    name = $1
    sub(/^Benchmark/, "", name)
    sub(/-[0-9]+$/, "", name)
    delete m
    for (i = 3; i < NF; i += 2) m[$(i + 1)] = $i
    if (!headed++) { printf "\n"; row("what", "measured", "against", "ratio", "promised", ""); rows = 0 }
    if ("of-bare" in m) {
      what = name; sub(/^AgainstBare\//, "API, requests/s: ", what)
      row(what, sprintf("%d", m["req/s"]), sprintf("%d bare net/http", m["bare-req/s"]), sprintf("%.2f", m["of-bare"]), ">= 0.6", is(m["of-bare"], 1, 0.6))
    }
    if ("1M-of-1k" in m) {
      what = name; sub(/^Size\//, "API, 1,000,000 records: ", what)
      row(what, sprintf("%.1f us", m["µs/1M"]), sprintf("%.1f us of 1,000 records", m["µs/1k"]), sprintf("%.2f", m["1M-of-1k"]), "<= 1.5", is(m["1M-of-1k"], -1, 1.5))
    }
    if ("of-coredns" in m)
      row("DNS, questions/s over UDP", sprintf("%d", m["queries/s"]), sprintf("%d CoreDNS, file plugin", m["coredns-queries/s"]), sprintf("%.2f", m["of-coredns"]), ">= 1.0", is(m["of-coredns"], 1, 1.0))
    if ("MiB-peak" in m)
      row("memory, 1,000,000 records", sprintf("%d MiB", m["MiB-peak"]), sprintf("%d MiB empty", m["MiB-empty"]), "", "< 1024 MiB", is(m["MiB-peak"], -1, 1024))
    if ("ms-to-ready" in m)
      row("start to ready, both CAs", sprintf("%.0f-%.0f ms", m["ms-to-ready"], m["ms-at-worst"]), "", "", "< 200 ms", is(m["ms-at-worst"], -1, 200))
  }
  END {
    if (rows < expected) { printf "bench: %d of %d figures\n", rows, expected; exit 1 }
    if (missed) { printf "bench: %d missed; is the machine busy with something else?\n", missed; exit 1 }
  }
' "$results"
