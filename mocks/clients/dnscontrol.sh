# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: go
# source: dnscontrol/integrationTest
# flow: its integration suite for CLOUDFLAREAPI, without workers and redirects
echo "version: dnscontrol $(git -C "$CLIENTS/dnscontrol" describe --tags --always 2>/dev/null || echo "in \$CLIENTS")"
export CLOUDFLAREAPI_TOKEN=$TOKEN CLOUDFLAREAPI_DOMAIN=example.com CLOUDFLAREAPI_ACCOUNTID=''
cd "$CLIENTS/dnscontrol/integrationTest" || exit
go test -count=1 -v -timeout 20m -skip '//.*REDIRECT' . -profile CLOUDFLAREAPI -cfworkers=false
