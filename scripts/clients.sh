#!/usr/bin/env bash
# Run the clients of the field, as they are released, against the fake internet, and print what each one did.
#
#   scripts/clients.sh [NAME …]        all of mocks/clients by default
#
# Each runs in namespaces of its own, in which the fake internet has the ports 443 and 53, /etc/resolv.conf names it and the
# system trusts its root: a client needs no setting, and nothing leaves the machine. What a client needs is in the head of its
# script: programs (from the distribution), npm packages (installed from the registry, into the cache), sources (a folder
# beneath $CLIENTS). A client that cannot be had on this machine says so and is not counted as passed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/edgeproof/clients
export CACHE CLIENTS=${CLIENTS:-}
mkdir -p "$CACHE"
if ! unshare --user --map-root-user --net --mount true; then
  echo "clients: unshare makes no namespaces here; run as root, or allow unprivileged user namespaces" >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
CGO_ENABLED=0 go build -o "$work/internet" ./mocks/cmd/internet

# head prints what the head of a script gives under a title.
head_of() { sed -n "s/^# $1: //p" "$2"; }

# lacks prints what a client needs and this machine has not, and fetches what can be fetched.
lacks() {
  local program source package
  for program in curl dig jq $(head_of needs "$1"); do
    if ! PATH=$PATH:/usr/sbin command -v "$program" >/dev/null; then echo "$program"; fi
  done
  for source in $(head_of source "$1"); do
    if [[ ! -e $CLIENTS/$source ]]; then echo "\$CLIENTS/$source"; fi
  done
  for package in $(head_of npm "$1"); do
    if [[ ! -d $CACHE/npm/$package ]]; then
      command -v npm >/dev/null || { echo npm; continue; }
      npm install --silent --no-audit --no-fund --prefix "$CACHE/npm/$package" "$package" >&2 || echo "$package"
    fi
  done
}

passed=0 failed=0 absent=0
for script in mocks/clients/*.sh; do
  name=$(basename "$script" .sh)
  if [[ $name == world || $# -gt 0 && " $* " != *" $name "* ]]; then continue; fi
  missing=$(lacks "$script" | paste -sd' ')
  if [[ -n $missing ]]; then
    echo "$name: not had on this machine: $missing"
    absent=$((absent + 1))
    continue
  fi
  mkdir "$work/$name"
  began=$SECONDS
  if unshare --user --map-root-user --net --mount --propagation private \
    timeout 900 bash mocks/clients/world.sh "$work/internet" "$work/$name" "$script" >"$work/$name/log" 2>&1; then
    echo "$name: passed, $((SECONDS - began)) s: $(head_of flow "$script") [$(sed -n 's/^version: //p' "$work/$name/log" | head -1)]"
    passed=$((passed + 1))
  else
    echo "$name: FAILED: $(head_of flow "$script")"
    tail -20 "$work/$name/log" | sed 's/^/    /'
    failed=$((failed + 1))
  fi
done
echo "clients: $passed passed, $failed failed, $absent not had on this machine"
[[ $failed -eq 0 ]]
