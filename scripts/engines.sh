#!/usr/bin/env bash
# Runs `make e2e` on each container engine that can be had on this machine, one after the other, and prints a table. An engine that
# is not installed, or whose daemon does not answer, is named as not run; it fails when a run fails, or when none could be made.
#
#   scripts/engines.sh [podman docker nerdctl]
#
# A Docker daemon that does not run is started for the test by scripts/docker.sh where dockerd is installed, and ended again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[[ $# -gt 0 ]] || set -- podman docker nerdctl
dir=$(mktemp -d)
daemon=
trap '[[ -z $daemon ]] || scripts/docker.sh stop "$daemon"; rm -rf "$dir"' EXIT

rows=() failed=0 ran=0
for engine in "$@"; do
  if [[ $engine == docker ]] && ! docker info >/dev/null 2>&1 && command -v dockerd >/dev/null; then
    export DOCKER_HOST
    DOCKER_HOST=$(scripts/docker.sh start "$dir/docker" | sed -n 's/^DOCKER_HOST=//p')
    daemon=$dir/docker
  fi
  if ! "$engine" info >/dev/null 2>&1; then
    rows+=("$engine|-|not run: it is not installed, or does not answer")
    continue
  fi
  ran=$((ran + 1))
  version=$("$engine" --version | grep -oE '[0-9]+\.[0-9.]+[0-9]' | head -n 1)
  [[ $engine != docker ]] || version=$(docker info --format '{{.ServerVersion}}')
  began=$SECONDS
  if EDGEPROOF_ENGINE=$engine make e2e CLUSTER="engine-$engine" ARTIFACTS="_artifacts/engines/$engine"; then
    rows+=("$engine|$version|passed in $((SECONDS - began)) s")
  else
    rows+=("$engine|$version|FAILED after $((SECONDS - began)) s, see _artifacts/engines/$engine")
    failed=1
  fi
done

printf '\n%-8s  %-12s  %s\n' engine version result
for row in "${rows[@]}"; do
  IFS='|' read -r engine version result <<<"$row"
  printf '%-8s  %-12s  %s\n' "$engine" "$version" "$result"
done
if [[ $ran -eq 0 ]]; then
  echo "engines: no engine answers; remedy: apt-get install podman" >&2
  exit 1
fi
exit "$failed"
