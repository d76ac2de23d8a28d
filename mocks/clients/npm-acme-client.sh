# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: node
# npm: acme-client@5.4.0
# flow: DNS-01 with a wildcard, account and revocation
echo "version: acme-client (npm) 5.4.0, node $(node --version)"
cp "$(dirname "$script")/npm-acme-client.mjs" "$CACHE/npm/acme-client@5.4.0/run.mjs"
node "$CACHE/npm/acme-client@5.4.0/run.mjs"
