package diagnose

// The codes of the shared credential and of the provider behind it.
const (
	tokenSecretMissing  Code = "token-secret-missing"
	tokenWrongNamespace Code = "token-wrong-namespace"
	tokenWrongKey       Code = "token-wrong-key-name"
	tokenEmpty          Code = "token-empty-value"
	tokenNewline        Code = "token-trailing-newline"
	tokenMalformed      Code = "token-malformed"
	tokenRevoked        Code = "token-revoked-or-expired"
	tokenIPRestricted   Code = "token-ip-restricted" //nolint:gosec // the name of a fault
	tokenNoZoneRead     Code = "token-no-zone-read"  //nolint:gosec // the name of a fault
	tokenOtherZone      Code = "token-scoped-to-other-zone"
	tokenNoDNSEdit      Code = "token-no-dns-edit" //nolint:gosec // the name of a fault
	tokenRotated        Code = "token-rotated-pod-not-restarted"
	zoneNotActive       Code = "zone-not-active-or-duplicate"
	quotaShared         Code = "cloudflare-429-shared-quota"
	providerOutage      Code = "cloudflare-5xx"
	providerUnreachable Code = "cloudflare-unreachable"
	transientMasked     Code = "cm-transient-masked-as-no-zone"
)

func credentialCodes() []Entry {
	return []Entry{
		{
			tokenSecretMissing, Credential, "the Secret with the token does not exist",
			"no such Secret; the kubelet says CreateContainerConfigError, cert-manager \"secrets not found\" (since 1.21 also the issuer, reason InvalidSolver)", "create the Secret",
		},
		{
			tokenWrongNamespace, Credential, "the Secret lies in a namespace where its user cannot read it",
			"no such Secret where the user looks, and one of the same name elsewhere; a ClusterIssuer looks in cert-manager's namespace, a pod in its own", "copy the Secret to the namespace of its user",
		},
		{
			tokenWrongKey, Credential, "the Secret has no entry of the name that is asked for", "the Secret's keys lack the one that is named", "rename the key, or the reference",
		},
		{
			tokenEmpty, Credential, "the entry holds nothing; issuers are Ready all the same", "0 bytes", "fill in the token",
		},
		{
			tokenNewline, Credential, "the token was stored with its line end: cert-manager refuses it, external-dns before 0.23 too",
			"the value begins or ends with white space; \"does the API token contain a newline?\"", "store the token without its line end",
		},
		{
			tokenMalformed, Credential, "the value is no API token: a global key, quoted, or encoded twice", "Cloudflare's codes 6003 and 6111, status 400", "create a scoped API token",
		},
		{
			tokenRevoked, Credential, "Cloudflare does not accept the token any more, or not yet",
			"the provider says disabled, expired, not-yet or unknown; codes 10000, 9109 and 1000 on reading", "create a new token, update the Secret, restart external-dns",
		},
		{
			tokenIPRestricted, Credential, "Cloudflare accepts the token from other addresses only", "code 9109 with \"Cannot use the access token from location\"", "add the cluster's address to the token's filter",
		},
		{
			tokenNoZoneRead, Credential, "the token may not list zones; external-dns is silent about it, cert-manager says \"Found no Zones\"",
			"the provider shows the token no zone at all", "give the token Zone:Read",
		},
		{
			tokenOtherZone, Credential, "the token is good for other zones only, or the zone is not in its account", "the zones that the token sees do not hold the host",
			"include the zone in the token's resources",
		},
		{
			tokenNoDNSEdit, Credential, "the token may read and not write", "reading succeeds, and POST, PUT or DELETE gets 403 code 10000", "give the token DNS:Edit",
		},
		{
			tokenRotated, Credential, "the Secret has a new token, and external-dns uses the one it was started with; right after a cure it only waits for its next attempt",
			"the Secret's token is accepted, and the provider refuses external-dns, whose pod is older than the Secret or sends another token", "restart external-dns",
		},
		{
			zoneNotActive, Credential, "the zone is not active, or exists twice: the API takes records that nobody is shown", "the zone's status, or two zones of one name",
			"point the registrar's name servers to those of the zone",
		},
		{
			quotaShared, Credential, "Cloudflare limits the requests of the account, over all its tokens", "status 429, codes 10429 and 971 (not the 429 of ACME)",
			"wait five minutes; find who else asks; raise external-dns --interval; never change the token",
		},
		{
			providerOutage, Credential, "Cloudflare's API fails", "status 5xx, HTML where JSON was due, a connection cut off", "wait: both controllers try again",
		},
		{
			providerUnreachable, Credential, "the cluster does not reach Cloudflare's API", "dial, look-up, time-out or x509 towards api.cloudflare.com", "allow TCP 443 and DNS from the namespace",
		},
		{
			transientMasked, Credential, "one passing error of the API makes cert-manager say \"Found no Zones\", which is not so",
			"\"Found no Zones\" while the token sees the zone", "wait for the next attempt",
		},
	}
}
