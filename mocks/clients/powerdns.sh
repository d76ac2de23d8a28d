# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: pdns_recursor
# flow: a forwarder in front of the fake's DNS
echo "version: PowerDNS recursor $(pdns_recursor --version 2>&1 | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -1)"
pdns_recursor --config-dir="$folder" --socket-dir="$folder" --local-address=127.0.0.1:5305 --forward-zones-recurse=.=127.0.0.1:53 \
  --dnssec=off --daemon=no --disable-syslog --setuid= --setgid= --dont-query= &
sleep 3
resolves 5305
kill %2
