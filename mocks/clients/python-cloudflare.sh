# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: python3
# flow: zones, records, zone file, verification, ranges, a refusal
py=$(command -v /usr/bin/python3 || command -v python3)
"$py" - <<'P'
import os
import CloudFlare
print("version: python3-cloudflare", CloudFlare.__version__)
cf = CloudFlare.CloudFlare(token=os.environ["TOKEN"])
zone = cf.zones.get(params={"name": "example.com"})[0]["id"]
assert cf.user.tokens.verify.get()["status"] == "active"
record = cf.zones.dns_records.post(zone, data={"name": "py", "type": "A", "content": "192.0.2.5"})
assert record["content"] == "192.0.2.5"
assert "\tIN\tSOA\t" in cf.zones.dns_records.export.get(zone)
assert cf.zones.dns_records.delete(zone, record["id"])["id"] == record["id"]
assert "104.16.0.0/13" in cf.ips.get()["ipv4_cidrs"]
try:
    cf.zones.settings.ssl.get(zone)
    raise SystemExit("settings were read")
except CloudFlare.exceptions.CloudFlareAPIError as e:
    assert int(e) == 10000, e
P
