package facts

// Token is what a credential in a Secret is able to do at the provider: an entry for each that a solver of an
// issuer, or external-dns, names. The value itself is never kept. Requests to the provider leave out white
// space around it; Secret.Keys records it.
type Token struct {
	Namespace string `json:"namespace"`
	Secret    string `json:"secret"`
	Key       string `json:"key"`
	// UsedBy are those that name it: "ClusterIssuer letsencrypt-production", "Issuer develop/acme", "Deployment
	// cert-manager/external-dns".
	UsedBy []string `json:"usedBy"`
	// GlobalKey is true when it is used as a user's global key, with an e-mail address, and not as an API token.
	GlobalKey bool `json:"globalKey,omitempty"`
	// Fingerprint is that of the value, as in Secret.Keys; empty when the Secret or the key is missing, or the
	// value is empty.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Status is the status that the provider reports: active, disabled, expired, not-yet, unknown (no such token),
	// malformed; empty when it was not queried.
	Status string `json:"status,omitempty"`
	// What it may do; nil when that was not found out.
	ZoneRead *bool `json:"zoneRead,omitempty"`
	DNSRead  *bool `json:"dnsRead,omitempty"`
	DNSEdit  *bool `json:"dnsEdit,omitempty"`
	// Zones are the names of the zones it sees.
	Zones []string `json:"zones,omitempty"`
	// ReadOnly are those of Zones whose records it may not edit, where it may edit those of another.
	ReadOnly []string `json:"readOnly,omitempty"`
	// Refusals are the requests that the provider refused during the look-up.
	Refusals []Refusal `json:"refusals,omitempty"`
	// Granted is when the provider last granted a request with it, RFC 3339 with fractions of a second: it is
	// compared with the times of Refusals. It is empty where no journal exists.
	Granted string `json:"granted,omitempty"`
}

// Refusal is one request that the provider refused.
type Refusal struct {
	Time    string `json:"time,omitempty"` // RFC 3339
	Method  string `json:"method"`
	Path    string `json:"path"`
	Status  int    `json:"status"`            // HTTP
	Code    int    `json:"code,omitempty"`    // of the provider's first error
	Message string `json:"message,omitempty"` // of the same
	Client  string `json:"client,omitempty"`  // the client, from the journal: its User-Agent, else its address
}
