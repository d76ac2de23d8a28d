# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: uacme
# flow: DNS-01 by a hook six times, account update, new key, revocation, deactivation
echo "version: $(uacme --version 2>&1 | head -1)"
cat >hook.sh <<'H'
#!/usr/bin/env bash
base=https://api.cloudflare.com/client/v4/zones
auth="Authorization: Bearer $TOKEN"
zone=$(curl -sf -H "$auth" "$base?name=example.com" | jq -r '.result[0].id')
records=$base/$zone/dns_records
case $1 in
begin)
  [[ $2 == dns-01 ]] || exit 1
  curl -sf -X POST "$records" -H "$auth" -d "{\"type\":\"TXT\",\"name\":\"_acme-challenge.$3\",\"content\":\"$5\",\"ttl\":60}"
  ;;
*)
  curl -sf -H "$auth" "$records?name=_acme-challenge.$3&content=$5" | jq -r '.result[].id' |
    while read -r id; do curl -sf -X DELETE -H "$auth" "$records/$id"; done
  ;;
esac
H
chmod +x hook.sh
for i in 1 2 3 4 5 6; do
  uacme -c "$folder/u$i" -y new a@example.com
  uacme -c "$folder/u$i" -h ./hook.sh issue "u$i.example.com" "*.u$i.example.com"
  openssl x509 -in "u$i/u$i.example.com/cert.pem" -noout
done
left _acme-challenge
uacme -c "$folder/u1" update b@example.com
uacme -c "$folder/u1" newkey
uacme -c "$folder/u1" revoke "$folder/u1/u1.example.com/cert.pem"
uacme -c "$folder/u1" deactivate
