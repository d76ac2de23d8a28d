# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: named
# flow: a forwarder, and a resolver with a static stub, in front of the fake's DNS
echo "version: $(named -v)"
configure() {
  printf '%s\n' "options { directory \"$folder\"; listen-on port $1 { 127.0.0.1; }; listen-on-v6 { none; };" \
    "pid-file \"$folder/$1.pid\"; recursion yes; allow-query { any; }; dnssec-validation no; session-keyfile none; $2 };" \
    "controls { };" "$3" >"$1.conf"
  named -c "$1.conf" -f -g &
}
configure 5303 "forward only; forwarders { 127.0.0.1 port 53; };" ""
configure 5304 "qname-minimization strict;" 'zone "example.com" { type static-stub; server-addresses { 127.0.0.1; }; };'
sleep 3
resolves 5303
wants "dig @127.0.0.1 -p 5304 alias.example.com +short" 192.0.2.2
wants "dig @127.0.0.1 -p 5304 big.example.com TXT +noall +comments" "ANSWER: 40"
kill %2 %3
