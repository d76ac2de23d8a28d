# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: inadyn
# flow: an address updated by token
echo "version: inadyn $(inadyn --version)"
record home A 192.0.2.1
cat >inadyn.conf <<C
period = 300
allow-ipv6 = false
provider default@cloudflare.com {
  username = example.com
  password = $TOKEN
  hostname = home.example.com
  ttl = 1
  proxied = false
  checkip-command = "/bin/echo 192.0.2.77"
}
C
chmod 600 inadyn.conf
inadyn -1 -n -C -f inadyn.conf --cache-dir "$folder" --foreground
wants "dig +short home.example.com" 192.0.2.77
