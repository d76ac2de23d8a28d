# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: dnsmasq
# flow: a forwarder in front of the fake's DNS
echo "version: $(dnsmasq --version | head -1 | cut -d' ' -f1-3)"
dnsmasq -d --conf-file=/dev/null --port=5306 --no-resolv --server='127.0.0.1#53' --no-hosts --user=root --pid-file= \
  --listen-address=127.0.0.1 --bind-interfaces &
sleep 1
resolves 5306
kill %2
