#!/usr/bin/env bash
# Runs in namespaces of its own: starts the fake internet as the internet of this machine, and a client's script in it.
#
#   world.sh INTERNET FOLDER SCRIPT
set -euo pipefail
internet=$1 folder=$2 script=$PWD/$3
PATH=$PATH:/usr/sbin:/sbin

cd "$folder"
ip link set lo up
# Addresses that programs are built with: the public resolvers. There is no other network here.
for address in 1.1.1.1 1.0.0.1 8.8.8.8 8.8.4.4 104.16.248.249 104.16.249.249; do ip address add "$address/32" dev lo; done
echo "nameserver 127.0.0.1" >resolv.conf
echo "127.0.0.1 localhost" >hosts
mount --bind resolv.conf /etc/resolv.conf
mount --bind hosts /etc/hosts

export TOKEN=abcdefghijklmnopqrstuvwxyz0123456789-_AB CONTROL=http://127.0.0.1:8081
"$internet" --zone example.com=pro --zone example.org=pro --token "$TOKEN" --ca-file ca.pem \
  --https-address 0.0.0.0:443 --dns-address 0.0.0.0:53 >internet.log &
serving=$!
trap 'kill "$serving"' EXIT
for _ in $(seq 100); do
  if curl -sf "$CONTROL/v1/ready" >/dev/null; then break; fi
  sleep 0.1
done
if [[ -e /etc/ssl/certs/ca-certificates.crt ]]; then mount --bind ca.pem /etc/ssl/certs/ca-certificates.crt; fi
export SSL_CERT_FILE=$folder/ca.pem SSL_CERT_DIR=/nowhere NODE_EXTRA_CA_CERTS=$folder/ca.pem
export CURL_CA_BUNDLE=$folder/ca.pem REQUESTS_CA_BUNDLE=$folder/ca.pem

# api METHOD PATH [BODY]: one call of Cloudflare's API, of which {zone} is example.com's id.
api() {
  local zone
  zone=$(curl -sf -H "Authorization: Bearer $TOKEN" "https://api.cloudflare.com/client/v4/zones?name=example.com" |
    jq -r '.result[0].id')
  curl -s -X "$1" -H "Authorization: Bearer $TOKEN" "https://api.cloudflare.com/client/v4${2//\{zone\}/$zone}" ${3:+-d "$3"}
}

# record NAME TYPE CONTENT: adds a record to example.com.
record() { api POST '/zones/{zone}/dns_records' "{\"name\":\"$1\",\"type\":\"$2\",\"content\":\"$3\",\"ttl\":300}" | jq -e .success >/dev/null; }

# left PATTERN: no record's name or content has it any more.
left() {
  if api GET "/zones/{zone}/dns_records?search=$1" | jq -e '.result == []' >/dev/null; then return; fi
  echo "left behind: $1"
  return 1
}

# wants COMMAND TEXT: the output of a command has a text.
wants() {
  local out
  if out=$(eval "$1" 2>&1); then :; fi # it may have to fail
  if [[ $out == *"$2"* ]]; then return; fi
  printf '%s\nno "%s" in:\n%s\n' "$1" "$2" "$out"
  return 1
}

# resolves PORT: a resolver in front of the fake answers as the fake does.
resolves() {
  local port=$1 question here there
  record @ A 192.0.2.1
  record www A 192.0.2.2
  record alias CNAME www.example.com
  record dangling CNAME nothing.example.com
  record '*.w' A 192.0.2.3
  record a.b.c A 192.0.2.4
  record '*.cw' CNAME www.example.com
  for i in $(seq 40); do record big TXT "$i-$(printf 'x%.0s' $(seq 60))"; done
  api POST '/zones/{zone}/dns_records' '{"name":"p","type":"A","content":"198.51.100.3","proxied":true}' >/dev/null
  for question in "example.com A" "WwW.eXample.com A" "www.example.com AAAA" "alias.example.com A" "dangling.example.com A" \
    "x.y.w.example.com A" "w.example.com A" "b.c.example.com A" "p.example.com A" "p.example.com HTTPS" "z.cw.example.com A" \
    "z.cw.example.com TXT" "nothing.example.com A" "big.example.com TXT" "example.com SOA" "example.com NS" "example.com DS" \
    "acme-v02.api.letsencrypt.org A" "nothing.test A"; do
    # shellcheck disable=SC2086 # name and type
    here=$(dig @127.0.0.1 $question +noall +comments +answer | short)
    # shellcheck disable=SC2086
    there=$(dig @127.0.0.1 -p "$port" $question +noall +comments +answer +time=3 | short)
    if [[ $here != "$there" ]]; then
      printf '%s\n  the fake: %s\n  through the resolver: %s\n' "$question" "$here" "$there"
      return 1
    fi
  done
}

# short prints rcode and records of an answer, without TTL and order.
short() {
  awk '/status:/ {sub(/.*status: /, ""); sub(/,.*/, ""); print "0 " $0} /^[^;]/ {$1 = tolower($1); $2 = ""; print}' | sort | paste -sd'|'
}

# shellcheck source=/dev/null
source "$script"
