# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: node
# npm: cloudflare@7.3.0
# flow: zones, records of every type, batch, zone file, what is refused to a token of DNS rights
echo "version: cloudflare (npm) 7.3.0, node $(node --version)"
cp "$(dirname "$script")/npm-cloudflare.mjs" "$CACHE/npm/cloudflare@7.3.0/run.mjs"
CLOUDFLARE_API_TOKEN=$TOKEN node "$CACHE/npm/cloudflare@7.3.0/run.mjs"
