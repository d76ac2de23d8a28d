package diagnose

// The codes of the certificate layer.
const (
	crdsMissing       Code = "crds-missing"
	controllerDown    Code = "controller-down"
	webhookNotReady   Code = "webhook-not-ready"
	noAnnotation      Code = "no-issuer-annotation"
	bothAnnotations   Code = "both-issuer-annotations"
	tlsBlockInvalid   Code = "tls-block-invalid"
	badAnnotation     Code = "bad-annotation-value-silent"
	sharedSecretName  Code = "shared-secret-name-across-ingresses"
	manualCertificate Code = "manual-certificate-collides"
	issuerKind        Code = "issuer-vs-cluster-issuer"
	issuerNotFound    Code = "issuer-name-not-found"
	clockSkew         Code = "clock-skew"
	acmeContact       Code = "acme-invalid-contact"
	acmeKey           Code = "acme-account-key"
	acmeUnreachable   Code = "acme-unreachable"
	issuerNotReady    Code = "clusterissuer-not-ready"
	rateLimited       Code = "acme-rate-limited"
	rejected          Code = "rejected-identifier"
	caaForbids        Code = "caa-forbids"
	secondary         Code = "le-secondary-validation"
	servfail          Code = "servfail-or-dnssec"
	wrongTXT          Code = "stale-or-wrong-txt"
	port53            Code = "port-53-blocked"
	splitHorizon      Code = "split-horizon"
	neverSeen         Code = "propagation-never-seen"
	queued            Code = "challenge-queued-behind-sibling"
	presentBackoff    Code = "present-backoff"
	orderNotCreated   Code = "order-not-created"
	issuanceBackoff   Code = "issuance-backoff"
	notRenewed        Code = "expired-not-renewed"
	expiredServed     Code = "expired-cert-served"
	stagingIssuer     Code = "staging-issuer-in-production"
	underWay          Code = "issuance-under-way"
	cleanupStuck      Code = "challenge-cleanup-stuck"
)

func certificateCodes() []Entry {
	return []Entry{
		{
			crdsMissing, Certificate, "the kinds of cert-manager are not installed", "the API server knows no kind of cert-manager.io/v1 or acme.cert-manager.io/v1",
			"install the chart with crds.enabled=true; deleting the kinds deleted every Certificate",
		},
		{
			controllerDown, Certificate, "the controller of cert-manager does not run", "its Deployment has no available replica, or a Certificate has no condition after a minute",
			"start it again",
		},
		{
			webhookNotReady, Certificate, "the admission webhook of cert-manager does not answer, so no object of it can be made",
			"`failed calling webhook`, no available replica, or an empty caBundle; an Ingress then has no Certificate and no event",
			"repair the webhook, or the CA injector when the error is of x509",
		},
		{
			noAnnotation, Certificate, "the Ingress has a TLS block and names no issuer", "no cert-manager.io/cluster-issuer nor cert-manager.io/issuer among the annotations; nothing is logged",
			"add the annotation",
		},
		{
			bothAnnotations, Certificate, "the Ingress names an Issuer and a ClusterIssuer, so cert-manager chooses neither",
			"both annotations; an event BadConfig on the Ingress", "remove one of them",
		},
		{
			tlsBlockInvalid, Certificate, "a TLS block of the Ingress lacks its Secret or its hosts, or shares its Secret with another block",
			"the block itself; an event BadConfig `Skipped a TLS block` on the Ingress; other blocks work", "complete the block",
		},
		{
			badAnnotation, Certificate, "an annotation of cert-manager on the Ingress has a value that does not parse, so nothing happens",
			"the value of cert-manager.io/duration and its like; no Certificate, no event, one line in the controller's log", "correct the value",
		},
		{
			sharedSecretName, Certificate, "two Ingresses of a namespace name the same Secret, and the Certificate is the other's",
			"the Certificate is owned by another Ingress and does not have the host", "give each Ingress a Secret of its own",
		},
		{
			manualCertificate, Certificate, "a Certificate made by hand stands where cert-manager would make the Ingress's, or two Certificates fill one Secret",
			"a Certificate of the Secret without owner that lacks the host, or `two conflicting Certificates pointing to the same secret`", "keep one of the Certificates",
		},
		{
			issuerKind, Certificate, "the Ingress asks for an Issuer where there is a ClusterIssuer of that name, or the reverse",
			"`Referenced \"Issuer\" not found`, and the name exists as the other kind", "use the other annotation",
		},
		{
			issuerNotFound, Certificate, "the issuer that the Ingress names does not exist",
			"the annotation or the Certificate's issuerRef; `Referenced \"ClusterIssuer\" not found` (an event of type Normal)", "name one that exists",
		},
		{
			clockSkew, Certificate, "a clock in the cluster is wrong", "`x509: certificate has expired or is not yet valid: current time …` in what cert-manager says of the ACME server",
			"synchronise the clocks of the nodes",
		},
		{
			acmeContact, Certificate, "the ACME server does not take the issuer's e-mail address", "urn:ietf:params:acme:error:invalidContact or unsupportedContact; it is not tried again",
			"set a real address",
		},
		{
			acmeKey, Certificate, "the account key of the issuer is damaged, of a wrong type, or of another account",
			"reason ErrVerifyACMEAccount with `private key`, or urn:ietf:params:acme:error:accountDoesNotExist", "restore the Secret, or delete it for a new account",
		},
		{
			acmeUnreachable, Certificate, "cert-manager cannot reach the ACME server", "the issuer's condition holds a transport error for the directory, or an answer that is no RFC 8555 problem",
			"let cert-manager reach port 443 of the ACME server",
		},
		{
			issuerNotReady, Certificate, "the issuer is not ready", "its condition Ready=False, with a reason that no more exact code knows", "cure what the condition says",
		},
		{
			rateLimited, Certificate, "the ACME server's rate limit is reached", "urn:ietf:params:acme:error:rateLimited in the Order; a bare 429 in a Challenge is the DNS provider's",
			"wait until the time it names; test against staging; keep the Secrets",
		},
		{
			rejected, Certificate, "the ACME server does not issue for this name", "urn:ietf:params:acme:error:rejectedIdentifier", "use a public name",
		},
		{
			caaForbids, Certificate, "a CAA record forbids the CA to issue (RFC 8659)", "urn:ietf:params:acme:error:caa, or SERVFAIL looking up CAA", "allow the CA in the CAA record",
		},
		{
			secondary, Certificate, "the CA saw the TXT record from one place and not from others", "`During secondary validation` in the Challenge", "let name servers answer everywhere alike, and try again",
		},
		{
			servfail, Certificate, "the zone's name servers answer SERVFAIL, or DNSSEC does not fit", "rcode SERVFAIL in the walk to the SOA, or looking up TXT", "repair the DS record or the name servers",
		},
		{
			wrongTXT, Certificate, "the CA did not find the TXT record of this challenge", "urn:ietf:params:acme:error:unauthorized with `Incorrect TXT record` or `No TXT record found`, or NXDOMAIN looking up TXT",
			"delete stale TXT records and try again",
		},
		{
			port53, Certificate, "cert-manager cannot ask the name servers on port 53", "i/o timeout to port 53, or REFUSED by something in between", "open UDP and TCP 53, or use DNS over HTTPS",
		},
		{
			splitHorizon, Certificate, "the cluster's resolver answers for the zone itself and hides the public name servers",
			"`Could not determine authoritative nameservers`, `the zone`, or `Could not find the SOA record`", "let cert-manager ask public resolvers only",
		},
		{
			neverSeen, Certificate, "the TXT record was written, and cert-manager never sees it",
			"the Challenge is presented and waits `not yet propagated` for more than five minutes; the provider's records tell whether it was written where it should be",
			"look where the TXT record ends: zone, delegation, or resolver",
		},
		{
			queued, Certificate, "the challenge has not begun: another for the same name is under way", "processing=false without reason or event, and a Challenge of the same name with processing=true",
			"finish or delete the other Challenge",
		},
		{
			presentBackoff, Certificate, "the cause is cured, and the challenge waits for its next try", "the Challenge still tells of an error of the credential, and the credential is good now",
			"wait up to 30 minutes, or delete the Challenge's Order",
		},
		{
			orderNotCreated, Certificate, "the ACME server never made the order", "`Waiting on certificate issuance from order …: \"\"`; the Order has no URL", "see the Order and the controller's log",
		},
		{
			issuanceBackoff, Certificate, "an issuance failed earlier and is tried again after 1 to 32 hours", "Issuing=False with lastFailureTime, and nothing that would fail now",
			"wait, or ask for a renewal at once",
		},
		{
			underWay, Certificate, "the certificate is being issued, and nothing went wrong yet",
			"a request younger than five minutes without an error: a DNS-01 issuance takes 60 to 90 seconds, of which cert-manager sleeps 60", "wait",
		},
		{
			notRenewed, Certificate, "the certificate was not renewed in time", "the Certificate's renewalTime or notAfter is past; Ready=True is not looked at again when the time is over",
			"see the request of the renewal",
		},
		{
			expiredServed, Certificate, "an expired certificate is served, and nothing renews it", "the time of the served certificate is over, and it is the Secret's", "let cert-manager issue it",
		},
		{
			stagingIssuer, Certificate, "the certificate comes from the staging CA, which no browser trusts", "the issuer's name says (STAGING), or the Secret says so while everything is Ready",
			"name the production issuer",
		},
		{
			cleanupStuck, Certificate, "a finished challenge cannot be cleaned up; the certificate is good", "the Challenge is being deleted with a finalizer and an event CleanUpError",
			"restore the credential; at last resort remove the finalizer and the TXT record",
		},
	}
}
