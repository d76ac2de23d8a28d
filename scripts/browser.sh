#!/usr/bin/env bash
# Provide a browser for the tests that read report.html as a person would. Any Chromium or Chrome will do; CHROME= names one.
# Where there is none it is installed, which only root on Debian or Ubuntu can. Elsewhere those tests are left out, and this says so.
set -euo pipefail

readonly NAMES=(chromium chromium-browser google-chrome google-chrome-stable chrome)

# found says whether there is one already.
found() {
  [[ -n ${CHROME:-} ]] && return 0
  local name
  for name in "${NAMES[@]}"; do
    command -v "$name" >/dev/null && return 0
  done
  return 1
}

# left_out warns, and is no failure: everything else can be tested without a browser.
left_out() {
  printf '\nNO BROWSER: %s.\nThe tests of report.html in a browser are left out. Remedy: install Chromium or Chrome, or name one by CHROME=.\n\n' "$1" >&2
  exit 0
}

found && exit 0
command -v apt-get >/dev/null || left_out "none is installed, and apt-get is not there to install one"
[[ $(id -u) -eq 0 ]] || left_out "none is installed, and only root can install one"

echo "no browser is installed: installing chromium by apt-get"
export DEBIAN_FRONTEND=noninteractive
install() { nice apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null; }
# Package lists are fetched only when the ones at hand do not suffice.
install 2>/dev/null || { apt-get update -qq && install; } || left_out "apt-get could not install chromium"
found || left_out "apt-get installed chromium, and there is still none in PATH"
