#!/usr/bin/env bash
# Shows that runs are steady: `make e2e` again and again, each with another seed, some beside a load that takes every processor, some
# killed at a random moment and followed by a run that must be green. Prints a table; fails when a run that must pass does not.
#
#   scripts/steady.sh [RUNS [LOADED [FULL [KILLED]]]]    default: 20 runs, 10 of them beside a load, 3 of make e2e-full (the last
#                                                       one beside a load), 10 killed
#
# SEED=N begins with another seed. The load is one busy loop a processor, and ends with the run it stands beside.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runs=${1:-20} loaded=${2:-10} full=${3:-3} killed=${4:-10}
seed=${SEED:-$(date +%s)}
dir=_artifacts/steady
mkdir -p "$dir"
rows=() failed=0 load=()

load() {
  for ((i = 0; i < $(nproc); i++)); do
    while :; do :; done &
    load+=("$!")
  done
}
idle() {
  for pid in "${load[@]}"; do
    if kill -0 "$pid" 2>/dev/null; then kill "$pid"; fi
  done
  load=()
}
trap idle EXIT

# judge TARGET NAME: one run that must pass, as a row of the table.
judge() {
  local target=$1 name=$2 began=$SECONDS result=passed ratio=
  seed=$((seed + 1))
  make "$target" CLUSTER=steady SEED="$seed" KEEP=never ARTIFACTS="$dir/$seed" >"$dir/$seed.log" 2>&1 || result=FAILED
  [[ $result == passed ]] || failed=1
  if [[ -f $dir/$seed/verdict.json ]]; then ratio=$(jq -r '.budget.ratio // empty' "$dir/$seed/verdict.json"); fi
  rows+=("$name|$seed|$((SECONDS - began))|${ratio:--}|$result")
  echo "steady: $name, seed $seed: $result in $((SECONDS - began)) s"
}

# interrupt kills a run, with all its processes, after some seconds.
interrupt() {
  local after=$((RANDOM % 180 + 1))
  setsid bin/edgeproof test --cluster steady --artifacts "$dir/killed" >"$dir/killed.log" 2>&1 &
  local pid=$!
  for ((i = 0; i < after; i++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 1
  done
  if kill -0 "$pid" 2>/dev/null; then kill -KILL -- "-$pid"; fi
  if wait "$pid" 2>/dev/null; then echo "steady: the run ended before it could be killed"; fi
  judge e2e "after SIGKILL at $after s"
}

make build
for ((n = 1; n <= runs; n++)); do
  if ((n > runs - loaded)); then
    load
    judge e2e 'e2e beside a load'
    idle
  else
    judge e2e e2e
  fi
done
for ((n = 1; n <= full; n++)); do
  if ((n == full)); then
    load
    judge e2e-full 'e2e-full beside a load'
    idle
  else
    judge e2e-full e2e-full
  fi
done
for ((n = 1; n <= killed; n++)); do interrupt; done

printf '\n%-24s  %-12s  %7s  %6s  %s\n' run seed seconds ratio result
for row in "${rows[@]}"; do
  IFS='|' read -r name of seconds ratio result <<<"$row"
  printf '%-24s  %-12s  %7s  %6s  %s\n' "$name" "$of" "$seconds" "$ratio" "$result"
done
exit "$failed"
