# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: ddclient
# flow: an address updated by token
echo "version: ddclient $(ddclient -help 2>&1 | grep -oE "version [0-9]+\.[0-9.]*[0-9]" | head -1 | cut -d" " -f2)"
record home A 192.0.2.1
cat >ddclient.conf <<C
daemon=0
ssl=yes
use=ip, ip=192.0.2.99
protocol=cloudflare, zone=example.com, ttl=120, login=token, password='$TOKEN' home.example.com
C
chmod 600 ddclient.conf
ddclient -daemon=0 -noquiet -force -file ddclient.conf -cache "$folder/cache"
wants "dig +short home.example.com" 192.0.2.99
