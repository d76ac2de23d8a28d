# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: openssl
# source: acme.sh/acme.sh
# flow: DNS-01 with its own check over HTTPS, renewal by ARI, delegated challenge, revocation, account
echo "version: $("$CLIENTS/acme.sh/acme.sh" --version | tail -1)"
export CF_Token=$TOKEN
mkdir a
cp -r "$CLIENTS"/acme.sh/{acme.sh,dnsapi} a/
c() { ./a/acme.sh --home "$folder/a" --server letsencrypt "$@"; }
c --issue --dns dns_cf -d a.example.com -d '*.a.example.com' -m a@example.com
c --renew --force --dnssleep 1 -d a.example.com
record _acme-challenge.b CNAME _acme-challenge.example.org
c --issue --dns dns_cf --dnssleep 1 -d b.example.com -k ec-256 --challenge-alias example.org
left _acme-challenge.a
c --revoke -d a.example.com
c --update-account -m c@example.com
