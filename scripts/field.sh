#!/usr/bin/env bash
# Tries `edgeproof bundle` on clones of public repositories and prints a table of what was found, in Markdown.
#
#   scripts/field.sh LIST [FOLDER]
#
# LIST has one repository a line: the name of a clone in FOLDER (default: the current folder), and the folder in it that the engine is
# pointed at. The commit is read from the clone, or from a file COMMIT in it. Nothing of a clone is executed or changed.
# EDGEPROOF names the program (default: bin/edgeproof of this checkout), FLAGS what it is given too, as --offline.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
list=${1:?name a list of clones}
list=$(realpath "$list")
cd "${2:-.}"
edgeproof=${EDGEPROOF:-$root/bin/edgeproof}
out=$(mktemp)
trap 'rm -f "$out" "$out.err"' EXIT
row='
  def names: [.edge.components[] | .name + (if .missing then " (chart not to be had)" else "" end)] | unique | join(", ");
  def count($s): [.findings[] | select(.severity == $s)] | length;
  "| \(.stages) | \(names) | \(.edge.issuers | length) | \(.edge.routes | length) | \(.standIns.secrets | length) / \(.standIns.applications | length) | \(.variables | length) | \(.leftOut.objects) | \(count("error")) / \(count("warning")) / \(count("note")) | \(if .refused then "refuses it: " + (.refused | split(": ") | .[2:] | join(": ") | .[0:90] | gsub("[|]"; "/")) else "judges it" end) |"'
read_ok=0 all=0
echo "| repository@commit | folder | s | stages | edge | issuers | routes | stand-ins: Secrets / applications | variables | left out | findings: errors / warnings / notes | a run |"
echo "|---|---|---|---|---|---|---|---|---|---|---|---|"
while read -r clone folder _; do
  [[ -n $clone && $clone != \#* ]] || continue
  all=$((all + 1))
  commit=$(cat "$clone/COMMIT" 2>/dev/null || git -C "$clone" rev-parse --short HEAD 2>/dev/null || echo '?')
  began=$(date +%s%N)
  # shellcheck disable=SC2086 # flags are words
  if "$edgeproof" bundle "$clone/$folder" -o json ${FLAGS:-} >"$out" 2>"$out.err"; then
    read_ok=$((read_ok + 1))
    result=$(jq -r "$row" "$out")
  else
    result="| refused: $(grep -v '^# Warning' "$out.err" | head -n 1 | cut -c1-200 | tr '|' '/') |||||||||"
  fi
  echo "| ${clone/__//}@$commit | $folder | $(awk -v ns=$(($(date +%s%N) - began)) 'BEGIN { printf "%.1f", ns / 1e9 }') $result"
done <"$list"
echo
echo "$read_ok of $all were read."
