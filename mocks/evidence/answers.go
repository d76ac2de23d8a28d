package evidence

import "github.com/edgeproof/edgeproof/mocks/zone"

// Answers are those of the API, the strongest evidence first. A test compares them with the source.
func Answers() []Answer {
	return []Answer{
		{
			zone.Recorded, "2025-08-27", "dns-lexicon, cassettes of its Cloudflare provider", 0,
			"GET /zones: envelope, keys and their order, paging",
		},
		{
			zone.Recorded, "2025-08-27", "dns-lexicon, cassettes of its Cloudflare provider", 0,
			"GET /zones/{id}/dns_records: envelope, order, paging, an empty list has one page",
		},
		{
			zone.Recorded, "2025-08-27", "dns-lexicon, cassettes of its Cloudflare provider", 0,
			"POST /zones/{id}/dns_records: 200, keys of a record and their order, TXT as sent",
		},
		{
			zone.Recorded, "2025-08-27", "dns-lexicon, cassettes of its Cloudflare provider", 0,
			"PUT /zones/{id}/dns_records/{id}: the record",
		},
		{
			zone.Recorded, "2025-08-27", "dns-lexicon, cassettes of its Cloudflare provider", 0,
			"DELETE /zones/{id}/dns_records/{id}: 200 and the id",
		},
		{
			zone.Recorded, "2025-08-27", "dns-lexicon, cassettes of its Cloudflare provider", 81058,
			"An identical record already exists.",
		},
		{
			zone.Probed, "2026-06-30", "favonia/cloudflare-ddns, its CI's probes of authentication errors", 6003,
			"Invalid request headers",
		},
		{
			zone.Probed, "2026-06-30", "favonia/cloudflare-ddns, its CI's probes of authentication errors", 9109,
			"Invalid access token",
		},
		{
			zone.Reported, "2025-10", "kubernetes-sigs/external-dns#5898", 81053,
			"An A, AAAA, or CNAME record with that host already exists. For more details, refer to",
		},
		{
			zone.Reported, "2024-11-24", "favonia/cloudflare-ddns#990; 2025-09-24 jeessy2/ddns-go#1557", 81054,
			"A CNAME record with that host already exists. For more details, refer to",
		},
		{
			zone.Reported, "2026-03-10", "timothymiller/cloudflare-ddns#230", 9005,
			"Content for A record must be a valid IPv4 address.",
		},
		{
			zone.Reported, "2023-08-29", "wherelse/cloudflare-ddns-script#15", 9006,
			"Content for AAAA record must be a valid IPv6 address.",
		},
		{
			zone.Reported, "2021-01-24", "stephenou/fruitionsite#79", 9007,
			"Content for %s record is invalid.",
		},
		{
			zone.Reported, "2017-06-18", "cloudflare/terraform-provider-cloudflare#9", 9051,
			"Invalid TXT record. Record may only contain printable ASCII!",
		},
		{
			zone.Reported, "2022", "a public issue whose number was not kept", 9000,
			"DNS name is invalid.",
		},
		{
			zone.Reported, "2026", "a public issue whose number was not kept; the status is by inference", 81044,
			"Record does not exist.",
		},
		{
			zone.Reported, "2024-09", "kubernetes-sigs/external-dns#4749", 9039,
			"CNAME content cannot reference itself.",
		},
		{
			zone.Reported, "2023-03-02", "octodns/octodns-cloudflare#39", 9101,
			"%s is a required data field.",
		},
		{
			zone.Reported, "2025-10-20", "ZoneABC/ZoneABC#30", 9100,
			"priority is a required field.",
		},
		{
			zone.Reported, "2024-02-06",
			"hiddify/Hiddify-Manager#3607; 2021-08-09 stephenou/fruitionsite#104, with the code", 9004,
			"This record type cannot be proxied.",
		},
		{
			zone.Reported, "2026-08-18", "DNSControl/dnscontrol#4776", 9003,
			"Target %s is not allowed for a proxied record.",
		},
		{
			zone.Reported, "2024-02-07", "timothymiller/cloudflare-ddns#179", 9021,
			"TTL must be between %d and %d seconds, or 1 for Automatic.",
		},
		{
			zone.Reported, "2025-01-19", "STRRL/cloudflare-tunnel-ingress-controller#168; 2024-10-23 #139", 9313,
			"DNS record comment exceeds the maximum length of %d characters.",
		},
		{
			zone.Reported, "2024-03-26",
			"cloudflare/terraform-provider-cloudflare#3217; 2023-06-30 kubernetes-sigs/external-dns#3706", 9300,
			"DNS record has %d tags, exceeding the quota of %d.",
		},
		{
			zone.Reported, "2025-08-24", "ZoneABC/ZoneABC#30; 2026-07-04 thunderbird/thunderbird-accounts#1060", 81045,
			"Record quota exceeded.",
		},
		{
			zone.Reported, "2023", "a public issue whose number was not kept", 1118,
			"You have exceeded the limit for adding zones. Please activate some zones.",
		},
		{
			zone.Reported, "2025-07-06", "acmesh-official/acme.sh#6435; 2021-07-04 undefinedplayer/cloudflare-ddns#18", 6003,
			"Invalid request headers",
		},
		{
			zone.Reported, "2025-11", "a public issue whose number was not kept", 9106,
			"Missing X-Auth-Key, X-Auth-Email or Authorization headers",
		},
		{
			zone.Reported, "2025", "a public issue whose number was not kept", 1001,
			`Missing "Authorization" header`,
		},
		{
			zone.Reported, "2024-12-14", "jeessy2/ddns-go#1341", 9109,
			"Cannot use the access token from location: %s",
		},
		{
			zone.Reported, "2023-10-13", "octodns/octodns-cloudflare#60", 9109,
			"Unauthorized to access requested resource",
		},
		{
			zone.Reported, "2025-01", "kubernetes-sigs/external-dns#5035 and #5087, regional hostnames", 10000,
			"Authentication error",
		},
		{
			zone.Reported, "2025-03", "cert-manager/cert-manager#7540", 7003,
			"Could not route to %s, perhaps your object identifier is invalid?",
		},
		{
			zone.Reported, "2020", "cert-manager/cert-manager#3101", 0,
			"Actor 'com.cloudflare.api.token.%s' requires permission 'com.cloudflare.api.account.zone.list' to list zones",
		},
		{
			zone.Reported, "2025-01-31", "favonia/cloudflare-ddns#1026", 9207,
			"Request body is invalid.",
		},
		{
			zone.Reported, "2020-09-24", "danielpigott/cloudflare-cli#63", 9207,
			"Failed to parse request body, content-type must be application/json",
		},
		{
			zone.Reported, "2022", "a public issue whose number was not kept", 10100,
			"More than %d requests per %s seconds reached. Please wait and consider throttling your request speed",
		},
		{
			zone.Reported, "2023", "a public issue whose number was not kept", 1204,
			"failed to resolve provided rate plan: '%s'",
		},
		{
			zone.Reported, "2023", "a public issue whose number was not kept", 1207,
			"Add a core subscription first and try again. The zone does not have an active core subscription.",
		},
		{
			zone.Documented, "2023-09-20", "cloudflare/cloudflare-docs#10789 and #11779", 81056,
			"NS records with that host already exist.",
		},
		{
			zone.Documented, "2026-08", "developers.cloudflare.com/dns/troubleshooting/faq", 10000,
			"Authentication error",
		},
		{
			zone.Documented, "2026-11-29", "the API's schema dnssec", 0,
			"GET /zones/{id}/dnssec",
		},
		{
			zone.Documented, "2026-11-29", "the API's schema dns_settings", 0,
			"GET /zones/{id}/dns_settings",
		},
		{
			zone.Documented, "2026-11-29", "cloudflare.com/ips and the API's schema ips", 0,
			"GET /ips",
		},
		{
			zone.Documented, "2026-08", "developers.cloudflare.com/dns/manage-dns-records/how-to/batch-record-changes", 0,
			"POST /zones/{id}/dns_records/batch: order, one transaction, results",
		},
		{
			zone.Client, "2026-08", "certbot-dns-cloudflare, whose hint names it", 9103,
			"Unknown X-Auth-Key or X-Auth-Email",
		},
		{
			zone.Client, "2026-11-29", "cloudflare-go v0, v5 and v7", 0,
			"GET, PATCH /zones/{id}; PATCH /zones/{id}/dns_records/{id}; import and export",
		},
		{
			zone.Mocked, "2026-08", "cisagov/manage.get.gov, its mock of the service", 83011,
			"Combined content length of records with this name and type exceeds the limit.",
		},
		{
			zone.Mocked, "2026-08", "cisagov/manage.get.gov, its mock of the service", 9015,
			"Record content exceeds the allowed length of %d wire format bytes.",
		},
		{
			Kind: zone.Unverified, Code: 81053,
			Says: "An A, AAAA, or CNAME record with that host already exists. For more details, refer to ",
		},
		{Kind: zone.Unverified, Code: 9007, Says: "Content for %s record is invalid."},
		{Kind: zone.Unverified, Code: 9007, Says: "Content for TXT record is invalid."},
		{Kind: zone.Unverified, Code: 9102, Says: "%s is not a valid data field."},
		{Kind: zone.Unverified, Code: 9102, Says: "data is invalid."},
		{Kind: zone.Unverified, Code: 9102, Says: "%s data is invalid."},
		{Kind: zone.Unverified, Code: 1001, Says: "Invalid zone identifier"},
		{Kind: zone.Unverified, Code: 9001, Says: "DNS record type %q is invalid."},
		{Kind: zone.Unverified, Code: 9208, Says: "Changing the type of a DNS record is not supported."},
		{Kind: zone.Unverified, Code: 9100, Says: "priority is a required field."},
		{Kind: zone.Unverified, Code: 9100, Says: "content is a required field."},
		{Kind: zone.Unverified, Code: 9301, Says: "DNS record tag %q is invalid."},
		{Kind: zone.Unverified, Code: 1010, Says: "There are %d API tokens already."},
		{Kind: zone.Unverified, Code: 1010, Says: "The name of an API token has at most %d characters."},
		{Kind: zone.Unverified, Code: 1010, Says: "An API token has at most %d permissions, zones and networks each."},
		{Kind: zone.Unverified, Code: 81060, Says: "Batch has %d operations, exceeding the limit of %d."},
		{Kind: zone.Unverified, Code: 81057, Says: "DS records need NS records of the same name."},
		{Kind: zone.Unverified, Code: 9207, Says: "Request body is invalid: %s must be a whole number from 0 to %.0f."},
		{Kind: zone.Unverified, Code: 9207, Says: "Request body is invalid: more than %d operations."},
		{Kind: zone.Unverified, Code: 9207, Says: "Request body is invalid: id is required."},
		{Kind: zone.Unverified, Code: 9207, Says: "Request body is invalid: id is not an identifier."},
		{Kind: zone.Unverified, Code: 9207, Says: "Request body is larger than %d bytes."},
		{Kind: zone.Unverified, Code: 9207, Says: "Failed to read request body."},
		{Kind: zone.Unverified, Code: 10000, Says: "Internal error: "},
		{Kind: zone.Unverified, Code: 9207, Says: "Failed to parse request body."},
		{Kind: zone.Unverified, Code: 9207, Says: "Zone file has more than %d records."},
		{Kind: zone.Unverified, Code: 9207, Says: "Records of type %s cannot be imported."},
		{Kind: zone.Unverified, Code: 9207, Says: "Failed to parse zone file: %s"},
		{Kind: zone.Unverified, Code: 10000, Says: "Authentication error"},
		{Kind: zone.Unverified, Code: 1000, Says: "Invalid API Token"},
		{Kind: zone.Unverified, Code: 7001, Says: "Method %s not available for that URI."},
		{Kind: zone.Unverified, Code: 9206, Says: "Query string is too long."},
		{Kind: zone.Unverified, Code: 9207, Says: "Request body is invalid: name and policies are required."},
		{Kind: zone.Unverified, Code: 9207, Says: "Request body is invalid: effect must be allow."},
		{Kind: zone.Unverified, Code: 9207, Says: "Request body is invalid: unknown permission group %q."},
		{Kind: zone.Unverified, Code: 9207, Says: "Request body is invalid: unknown resource %q."},
		{Kind: zone.Unverified, Code: 9207, Says: "Request body is invalid: %q is no network."},
		{Kind: zone.Unverified, Code: 1003, Says: "Invalid API Token identifier"},
		{Kind: zone.Unverified, Code: 1086, Says: "Invalid property"},
		{Kind: zone.Unverified, Code: 9207, Says: "Request body is invalid: account.id is not an identifier."},
		{Kind: zone.Unverified, Code: 1061, Says: "%s already exists"},
		{Kind: zone.Unverified, Code: 9000, Says: "DNS name is invalid."},
	}
}
