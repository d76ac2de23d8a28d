# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: go
# source: libdns-cloudflare/libdnstest
# flow: its live suite: list, append, set and delete records of eleven types
echo "version: libdns/cloudflare $(git -C "$CLIENTS/libdns-cloudflare" describe --tags --always 2>/dev/null || echo "in \$CLIENTS")"
export CLOUDFLARE_API_TOKEN=$TOKEN CLOUDFLARE_TEST_ZONE=example.com.
cd "$CLIENTS/libdns-cloudflare/libdnstest" || exit
go test -count=1 -v ./...
