#!/usr/bin/env bash
# Check everything that can be checked without a cluster, and report all of it, not the first:
#
#   vet        go vet, of every module
#   platforms  the program compiles for the other machines that people have
#   golangci   the linters and the format (gofumpt) of .golangci.yml, golangci-lint pinned below
#   tidy       go.mod and go.sum are what `go mod tidy` would write
#   shell      shellcheck reads every script
#   workflows  actionlint reads .github/workflows, and every action is pinned to a commit, or is in the same one
#   yaml       no tabs, no trailing blanks, a line end at the end
#   packages   every package has a package comment
#   marks      no note of unfinished work, no swallowed failure in a script
#   words      none of the words that have a plainer one
#   lines      lines of text end before column 120, as lll has it for Go
#
# Usage: scripts/lint.sh [check …]      all of them by default
# The tools are compiled once by `go run` and kept in Go's build cache; the first run takes some minutes.

# Without pipefail: a grep that finds nothing is the good case, and the last command of a pipe is the judge.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2

readonly GOLANGCI=github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
readonly ACTIONLINT=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
# The module, those of its contract tests, and that of the example.
readonly MODULES=(. mocks/cloudflare/contract e2e/attest/contract e2e/testbed/example)
readonly ALL=(vet platforms tidy yaml packages marks words shell workflows golangci)

# files prints the tracked and the new files that match the given patterns, and leaves out what is deleted and what Git ignores.
files() {
  git ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r f; do
    if [[ -f $f ]]; then printf '%s\n' "$f"; fi
  done
}

# found prints its input under a title and fails when there is any.
found() {
  local title=$1 text
  text=$(cat)
  [[ -z $text ]] && return 0
  printf '%s\n%s\n' "$title" "$text"
  return 1
}

# each runs a command in every module, and fails when it fails in one.
each() {
  local rc=0 module
  for module in "${MODULES[@]}"; do (cd "$module" && "$@") || rc=1; done
  return $rc
}

check_vet() { each go vet ./...; }

check_platforms() {
  local rc=0 platform
  for platform in linux/arm64 darwin/arm64; do
    GOOS=${platform%/*} GOARCH=${platform#*/} CGO_ENABLED=0 go build -o /dev/null ./e2e/cmd/edgeproof || { echo "it does not compile for $platform"; rc=1; }
  done
  return $rc
}

check_golangci() { each go run "$GOLANGCI" run --config "$PWD/.golangci.yml" ./...; }

check_tidy() {
  local rc=0
  each go mod tidy -diff || { echo "remedy: go mod tidy, in the module that is named"; rc=1; }
  files go.mod '*/go.mod' | grep -v testdata | xargs awk '
    /^require /{blocks[FILENAME]++}
    END{for (f in blocks) if (blocks[f] > 2) print f}' | found "more than two require blocks, one direct and one indirect, in:" || rc=1
  return $rc
}

check_shell() {
  if ! command -v shellcheck >/dev/null; then
    echo "shellcheck is not installed; remedy: apt-get install shellcheck"
    return 1
  fi
  # SC2016: single quotes keep text for another shell on purpose.
  files '*.sh' .ci/run | tr '\n' '\0' | xargs -0 -r shellcheck --exclude=SC2016
}

check_workflows() {
  local rc=0
  [[ -d .github/workflows ]] || return 0
  # It does not know yet that a called workflow can ask for its own commit.
  go run "$ACTIONLINT" -ignore 'property "workflow_(repository|sha)" is not defined in object type' || rc=1
  files '.github/*.yaml' | xargs -r grep -nE '^[^#]*uses:' | grep -vE 'uses: ([^@]+@[0-9a-f]{40} # v[0-9]|\./)' |
    found "actions that are not pinned to a commit with its version beside it:" || rc=1
  return $rc
}

check_yaml() {
  local rc=0
  # What tests keep as broken input is broken on purpose.
  local list
  list=$(files '*.yaml' '*.yml' | grep -v /testdata/)
  [[ -n $list ]] || return 0
  xargs grep -nP '\t' <<<"$list" | found "tabs in YAML:" || rc=1
  xargs grep -nE '[[:blank:]]+$' <<<"$list" | found "trailing blanks in YAML:" || rc=1
  while IFS= read -r f; do
    if [[ -n $(tail -c 1 "$f") ]]; then printf '%s\n' "$f"; fi
  done <<<"$list" | found "no line end at the end of:" || rc=1
  return $rc
}

check_packages() {
  files '*.go' | grep -v /testdata/ | xargs -r -n 1 dirname | sort -u | while IFS= read -r dir; do
    # A folder that holds tests only needs no comment beyond its specs.
    compgen -G "$dir/*.go" | grep -qv '_test\.go$' || continue
    grep -lE '^(//|/\*) ?(Package|Command) ' "$dir"/*.go >/dev/null || printf '%s\n' "$dir"
  done | found "packages without a package comment:"
}

check_marks() {
  local rc=0
  # The words are put together here, so that this file does not find itself.
  local open='\b(TO''DO|FIX''ME|XX''X|HA''CK)\b' swallow='\|\|[[:blank:]]*tr''ue'
  files '*.go' '*.sh' '*.md' '*.yaml' '*.yml' Makefile | xargs -r grep -nE "$open" | found "unfinished work:" || rc=1
  files '*.sh' Makefile '.ci/*' '.github/*' | xargs -r grep -nE "$swallow" | found "failures swallowed:" || rc=1
  return $rc
}

# What people and reviewers read. Recorded outputs of other programs, generated files and licenses are as they are.
texts() { files '*.go' '*.sh' '*.md' '*.yaml' '*.yml' '*.tmpl' Makefile | grep -vE '(^|/)testdata/|_artifacts/|REFERENCE\.md$'; }

check_words() {
  # Word and what to write: no output is good. This line is the only place of the words, so this file is left out.
  local words='cure|cures|cured|anew|nobody|told|heal|heals|healed|healing|for good|from outside|outside client|clients? outside|setting the scene|sets the scene'
  texts | grep -v '^scripts/lint\.sh$' | xargs -r grep -niwE "$words" |
    grep -vE 'http\.NoBody|json:"cure"|from outside, by name' | # a name of old that is read; DW-4 as the specification words it
    found "words that have a plainer one (remedy, again, no one, reported, recover, permanently, external client, test environment):"
}

check_lines() {
  # golangci's lll reads Go. A table row of Markdown cannot be broken, nor can an address.
  files '*.sh' '*.yml' '*.yaml' | grep -v /testdata/ | xargs -r grep -nE '^.{121,}' | grep -vE 'https?://[^ ]{60,}' |
    found "lines that reach column 120:"
}

checks=("$@")
[[ ${#checks[@]} -gt 0 ]] || checks=("${ALL[@]}")
for check in "${checks[@]}"; do
  if ! declare -F "check_$check" >/dev/null; then
    echo "no check is called $check; there are: ${ALL[*]}" >&2
    exit 2
  fi
done
failed=()
for check in "${checks[@]}"; do
  out=$("check_$check" 2>&1)
  rc=$?
  if [[ $rc -eq 0 ]]; then
    printf 'ok    %s\n' "$check"
  else
    printf 'FAIL  %s\n%s\n\n' "$check" "$out"
    failed+=("$check")
  fi
done

if [[ ${#failed[@]} -gt 0 ]]; then
  printf '%d of %d checks failed: %s\n' "${#failed[@]}" "${#checks[@]}" "${failed[*]}"
  exit 1
fi
printf 'all %d checks passed\n' "${#checks[@]}"
