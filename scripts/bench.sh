#!/usr/bin/env bash
# Runs every benchmark that has something to be compared with, one package after the other so that none disturbs another, and then
# prints a table of what was measured beside what it was measured against in the same run. It fails when a figure misses what is promised.
#
#   scripts/bench.sh [go test flags …]
#
# CoreDNS, etcd and the API server, which the figures are compared with or measured on, are taken from the images that a run of
# edgeproof has built.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
results=$(mktemp)
servers=$(mktemp -d)
trap 'rm -rf "$results" "$servers"' EXIT

# server takes the program of a server out of its image in the cache: server IMAGE PROGRAM.
server() {
  local cache=${EDGEPROOF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/edgeproof} found
  found=$(grep -lE "\"reference\": ?\"registry.k8s.io/$1:" "$cache"/archives/*/archive.json 2>/dev/null | tail -n 1)
  if [[ -z $found ]]; then
    echo "bench: there is no image of $1 in $cache; remedy: make images IMAGES=build" >&2
    return 1
  fi
  tar -xOf "${found%archive.json}image.tar" --wildcards '*.tar*' |
    tar -xzf - -C "$servers" --wildcards --transform 's|.*/||' "*/$2" "$2"
}
server kube-apiserver kube-apiserver
server etcd etcd
server coredns/coredns coredns

COREDNS=$servers/coredns go test -p 1 -run '^$' -bench . -timeout 30m "$@" ./mocks/... | grep -v 'no test files' | tee "$results"
KUBEBUILDER_ASSETS=$servers go test -run '^$' -bench RealServer -benchtime 1x -timeout 30m "$@" ./e2e/explain | tee -a "$results"

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
  BEGIN { expected = 13 }
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
    if ("s/5000-routes" in m) {
      row("explain 5,000 routes", sprintf("%.1f s", m["s/5000-routes"]), "a real API server", "", "< 15 s", is(m["s/5000-routes"], -1, 15))
      row("  memory of the program", sprintf("%d MiB", m["MiB-of-5000-routes"]), "", "", "< 300 MiB", is(m["MiB-of-5000-routes"], -1, 300))
      row("  time for one of 5,000", "", "one of 500", sprintf("%.2f", m["5000-of-500"]), "<= 1.3", is(m["5000-of-500"], -1, 1.3))
    }
    if ("ms-to-ready" in m)
      row("start to ready, both CAs", sprintf("%.0f-%.0f ms", m["ms-to-ready"], m["ms-at-worst"]), "", "", "< 200 ms", is(m["ms-at-worst"], -1, 200))
  }
  END {
    if (rows < expected) { printf "bench: %d of %d figures\n", rows, expected; exit 1 }
    if (missed) { printf "bench: %d missed; is the machine busy with something else?\n", missed; exit 1 }
  }
' "$results"
