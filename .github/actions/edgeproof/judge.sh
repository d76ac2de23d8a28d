#!/usr/bin/env bash
# Runs the suite for action.yaml, from a workspace of GitHub Actions. All of its input comes from the environment.
#
#   BUNDLE, APPS      folders, from the root of the workspace; no APPS are those of the reference bundle
#   BASELINE          folder likewise: may BUNDLE take its place? Empty to judge BUNDLE alone
#   CATALOGUE         smoke or full; smoke with BASELINE
#   ARTIFACTS         folder for the results
#   IMAGES KUBERNETES NODE KEEP  as for make
set -euo pipefail

echo "results=$ARTIFACTS" >> "$GITHUB_OUTPUT"
case $CATALOGUE${BASELINE:+ with a baseline} in
  smoke) target=e2e ;;
  full) target=e2e-full ;;
  "smoke with a baseline") target=gate ;;
  *)
    echo "::error::catalogue $CATALOGUE${BASELINE:+ with a baseline}: use smoke or full, with a baseline smoke"
    exit 1
    ;;
esac
if [[ -z $BUNDLE ]]; then
  echo "::error::bundle is empty; give the folder of the bundle, from the root of the workspace"
  exit 1
fi
for folder in "$BUNDLE" ${APPS:+"$APPS"} ${BASELINE:+"$BASELINE"}; do
  if [[ ! -d $GITHUB_WORKSPACE/$folder ]]; then
    echo "::error::there is no folder $folder in the workspace; check the repository out first, and name it from its root"
    exit 1
  fi
done
BUNDLE=$GITHUB_WORKSPACE/$BUNDLE
CANDIDATE=$BUNDLE
APPS=${APPS:+$GITHUB_WORKSPACE/$APPS}
BASELINE=${BASELINE:+$GITHUB_WORKSPACE/$BASELINE}
export BUNDLE CANDIDATE BASELINE APPS
make -C "$(dirname "${BASH_SOURCE[0]}")/../../.." "$target"
