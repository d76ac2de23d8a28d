package diagnose

// The codes of the DNS layer.
const (
	policyFlagMissing   Code = "policy-flag-missing"
	ownerOrPrefix       Code = "txt-owner-empty-or-prefix"
	externalDNSCrash    Code = "external-dns-crashloop"
	externalDNSDown     Code = "external-dns-down"
	sourceExcludes      Code = "source-excludes-ingress"
	domainFilter        Code = "domain-filter-excludes-host"
	prefixIgnored       Code = "annotation-prefix-ignored"
	takeover            Code = "takeover-after-partial-create"
	recordConflict      Code = "record-conflict-81053"
	recordQuota         Code = "record-quota"
	notProxiable        Code = "proxied-not-proxiable"
	ttlInvalid          Code = "ttl-annotation-invalid"
	ownerMismatch       Code = "owner-mismatch"
	unownedRecord       Code = "unowned-record"
	duplicateOwner      Code = "duplicate-owner-id-two-clusters"
	upsertOnly          Code = "upsert-only-stale"
	deletedOnEmpty      Code = "records-deleted-on-empty-status"
	candidates          Code = "cname-a-conflict-candidates"
	sameHost            Code = "same-host-multi-ingress"
	softErrors          Code = "soft-error-loop-pod-ready"
	syncLag             Code = "dns-sync-lag"
	recordMissing       Code = "record-missing"
	wrongTarget         Code = "dns-wrong-target"
	proxiedUnexpected   Code = "proxied-unexpected"
	privateIP           Code = "private-ip-published"
	resolverStillCaches Code = "dns-cache-ttl"
)

func dnsCodes() []Entry {
	return []Entry{
		{
			policyFlagMissing, DNS, "external-dns 0.22 and later ends at once, because it is not told its policy",
			"the flag --policy is missing and the log ends with `--policy must be set explicitly`; the provider was never asked",
			"give --policy=sync, or upsert-only as the chart had it before",
		},
		{
			ownerOrPrefix, DNS, "external-dns has no owner id, or looks for its ownership records under another name than it wrote them",
			"`owner id cannot be empty`, or an ownership record of this owner and this Ingress whose name the present --txt-prefix and --txt-suffix do not give",
			"restore the owner id, prefix and suffix that the records were written with",
		},
		{
			externalDNSCrash, DNS, "external-dns ends again and again, so nothing writes records",
			"its container waits in CrashLoopBackOff; the last fatal line of the run before says why, whatever its case (0.20 `Failed to do run once`, 0.23 `failed to do run once`)",
			"cure what the fatal line says",
		},
		{
			externalDNSDown, DNS, "no pod of external-dns runs, so nothing writes records",
			"its Deployment wants no replica, or has none available, and the record is not right", "start it again",
		},
		{
			sourceExcludes, DNS, "external-dns is told not to look at the Ingress", "--source, --namespace, --ingress-class or the Ingress's annotation controller leave it out",
			"widen what external-dns looks at",
		},
		{
			domainFilter, DNS, "the host lies outside of what external-dns may write",
			"--domain-filter, --exclude-domains or their regular expressions leave the host out, and it has neither record nor ownership record; only a debug line would tell",
			"add the domain to the filter",
		},
		{
			prefixIgnored, DNS, "annotations for external-dns have a prefix that this version does not read",
			"an Ingress has annotations under external-dns.alpha.kubernetes.io/ on 0.22 or later, or under external-dns.kubernetes.io/ before, and the record is not as they ask; nothing is logged",
			"rename the annotations, or start 0.23 with --enable-legacy-annotation-prefix",
		},
		{
			takeover, DNS, "the ownership record was written beside a record that somebody else had made, so external-dns believes that it owns it",
			"the ownership record is newer than the record it marks, and the record is not what external-dns wants",
			"decide whose record it is, and delete the other's",
		},
		{
			recordConflict, DNS, "a record that somebody else made stands where external-dns wants to write one of another type",
			"the provider's codes 81053, 81054, 81057 or 81058 in the log of external-dns: they speak of data, never of the credential",
			"delete the record that is in the way",
		},
		{
			recordQuota, DNS, "the zone holds as many records as its plan allows", "the provider's code 81045 in the log of external-dns, and no record of the host",
			"delete records that nobody needs, or change the plan",
		},
		{
			notProxiable, DNS, "the record is to be proxied, and the provider does not proxy its target",
			"the provider's codes 9003, 9004 or 9041 in the log of external-dns; other records are written",
			"do not proxy the record, or publish a public address",
		},
		{
			ttlInvalid, DNS, "the TTL annotation is no number or duration, or is out of range",
			"a TTL that does not parse is replaced by automatic, and a warning tells; one below the provider's least of 60 s is refused (9021, 1004)",
			"give 60 to 86400, or 1 for automatic",
		},
		{
			ownerMismatch, DNS, "the record belongs to another owner, so external-dns leaves it as it is",
			"the ownership record names another owner than --txt-owner-id, and the record is not what this cluster wants; the log says `All records are already up to date`",
			"take over the owner's id, or delete record and ownership record",
		},
		{
			unownedRecord, DNS, "the record was made by hand or by another program, so external-dns leaves it as it is",
			"no ownership record stands beside a record that is not what this cluster wants", "delete the record: external-dns makes it again",
		},
		{
			duplicateOwner, DNS, "two clusters write under the same owner id, and each undoes what the other does",
			"external-dns creates or changes the record again and again, or the record's owner is right and its Ingress is none of this cluster's",
			"give each cluster an owner id of its own",
		},
		{
			upsertOnly, DNS, "the policy forbids external-dns to change or delete the record",
			"--policy is create-only and its own record is out of date, or upsert-only or create-only and its Ingress is gone", "set --policy=sync, or delete the record",
		},
		{
			deletedOnEmpty, DNS, "external-dns deleted the record while the Ingress had no address",
			"an `action=DELETE` of the host in its log and no record, with policy sync; the answer NXDOMAIN is cached for a while",
			"cure the Ingress's status; the record comes back with the next sync",
		},
		{
			candidates, DNS, "some targets of the host are names and others addresses, and external-dns drops the names",
			"`conflicting record type candidates; discarding CNAME record` (a warning in 0.23, an info line in 0.20), or Ingresses whose status mixes them",
			"make all targets of the host addresses, or all of them one name",
		},
		{
			sameHost, DNS, "several Ingresses give the same host different targets",
			"Ingresses of one host with unequal status; 0.21 and later publishes all targets together, earlier ones the targets of one Ingress",
			"let one Ingress, or one address, serve the host",
		},
		{
			softErrors, DNS, "external-dns fails in every sync while its pod is ready",
			"two `Failed to do run once … (consecutive soft errors: N)` or more since the last good sync; the probes of the pod always answer 200", "cure what the inner error says",
		},
		{
			syncLag, DNS, "external-dns has not had its turn yet", "the Ingress is newer than the last sync, and the next sync is not overdue", "wait for the next sync",
		},
		{
			recordMissing, DNS, "the host has no record, though everything is there to write it",
			"the zone holds no A, AAAA or CNAME of the host; an ownership record without a record tells that it was deleted by hand", "restart external-dns: it syncs at once",
		},
		{
			wrongTarget, DNS, "the DNS does not say what the Ingress's status says",
			"the record of the provider, or else the answer of the zone's name servers, differs from the Ingress's status, and no more exact code applies",
			"restart external-dns, or repair the delegation when the provider's record is right",
		},
		{
			proxiedUnexpected, DNS, "the record is proxied though it should be DNS only",
			"the provider's record is proxied against the annotation or the flag, or the proxy itself fails (525, 526, 521 …); the name then leads to the provider's edge",
			"switch the proxy off for the record",
		},
		{
			privateIP, DNS, "the public DNS holds an address that the internet cannot reach",
			"the record's content is private (RFC 1918), shared (RFC 6598), link-local or loopback, and the client outside does not connect",
			"publish the public address and forward ports 80 and 443",
		},
		{
			resolverStillCaches, DNS, "resolvers still have the answer of before", "the name servers of the zone answer rightly, a public resolver does not", "wait for the TTL of the old answer",
		},
	}
}
