# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: certbot
# flow: DNS-01 with its Cloudflare plugin, renewal, dry run, revocation, HTTP-01, account, a failed validation
echo "version: $(certbot --version), python3-certbot-dns-cloudflare"
echo "dns_cloudflare_api_token=$TOKEN" >cf.ini
chmod 600 cf.ini
c() { certbot --config-dir "$folder/c" --work-dir "$folder/w" --logs-dir "$folder/l" -n --agree-tos -m a@example.com "$@"; }
dns=(--dns-cloudflare --dns-cloudflare-credentials cf.ini --dns-cloudflare-propagation-seconds 1)
c certonly "${dns[@]}" -d example.com -d '*.example.com'
openssl x509 -in c/live/example.com/cert.pem -noout -ext subjectAltName | grep -F 'DNS:*.example.com'
left _acme-challenge
c renew --dry-run --no-random-sleep-on-renew
c renew --force-renewal --no-random-sleep-on-renew
c revoke --cert-name example.com --no-delete-after-revoke
record www A 127.0.0.1
c certonly --standalone -d www.example.com
c update_account -m b@example.com
wants "c certonly --manual --preferred-challenges dns --manual-auth-hook /bin/true -d nx.example.com" \
  "DNS problem: NXDOMAIN looking up TXT for _acme-challenge.nx.example.com"
c unregister
