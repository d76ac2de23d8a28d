# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: python3
# source: octodns octodns-cloudflare
# flow: a zone of sixteen types synchronized, and nothing left to change
py=$(command -v /usr/bin/python3 || command -v python3)
export PYTHONPATH=$CLIENTS/octodns:$CLIENTS/octodns-cloudflare:${OCTODNS_PATH:-}
echo "version: octodns-cloudflare $("$py" -c 'import octodns_cloudflare; print(octodns_cloudflare.__version__)')"
mkdir config
cat >c.yaml <<'C'
providers:
  config: {class: octodns.provider.yaml.YamlProvider, directory: ./config, default_ttl: 3600, enforce_order: false}
  cloudflare: {class: octodns_cloudflare.CloudflareProvider, token: env/TOKEN, pagerules: false}
zones:
  example.com.: {sources: [config], targets: [cloudflare]}
C
cat >config/example.com.yaml <<'C'
'':
  - {type: A, value: 192.0.2.1}
  - {type: CAA, values: [{flags: 0, tag: issue, value: letsencrypt.org}]}
  - {type: MX, values: [{preference: 10, exchange: mail.example.net.}]}
  - {type: TXT, values: ["v=spf1 -all", "a\\;b"]}
  - {type: HTTPS, value: {svcpriority: 1, targetname: ., svcparams: {alpn: ['h3', 'h2']}}}
_sip._tcp: {type: SRV, value: {priority: 1, weight: 2, port: 5060, target: sip.example.net.}}
www: {type: CNAME, value: example.com.}
shown: {type: A, value: 198.51.100.3, octodns: {cloudflare: {proxied: true}}}
ptr: {type: PTR, value: foo.example.net.}
loc:
  type: LOC
  value: {lat_degrees: 31, lat_minutes: 58, lat_seconds: 52.1, lat_direction: S, long_degrees: 115, long_minutes: 49,
    long_seconds: 11.7, long_direction: E, altitude: 20, size: 10, precision_horz: 10, precision_vert: 2}
naptr:
  type: NAPTR
  value: {order: 10, preference: 100, flags: S, service: SIP+D2U, regexp: '', replacement: _sip._udp.example.com.}
sshfp: {type: SSHFP, value: {algorithm: 1, fingerprint: bf6b6825d2977c511a475bbefb88aad54a92ac73, fingerprint_type: 1}}
tlsa:
  type: TLSA
  value: {certificate_usage: 1, selector: 1, matching_type: 1, certificate_association_data: abcdef}
svcb: {type: SVCB, value: {svcpriority: 2, targetname: foo.example.com., svcparams: {port: "8443"}}}
sub:
  - {type: NS, values: [ns1.example.net., ns2.example.net.]}
  - {type: DS, value: {key_tag: 2371, algorithm: 13, digest_type: 2,
      digest: ab0f1b2a2c6d2f8a4b1b1b9c9c9d9d9e9e9f9fa0a0b0b0c0c0d0d0e0e0f0f01a}}
'*.wild': {type: A, values: [192.0.2.7, 192.0.2.8]}
aaaa: {type: AAAA, value: '2001:db8:0:0::1'}
C
"$py" -m octodns.cmds.sync --config-file c.yaml --doit
wants '"$py" -m octodns.cmds.sync --config-file c.yaml' "No changes were planned"
