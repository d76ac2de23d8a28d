package probe

import "time"

// Step names a stage of a probe, in their order.
type Step string

// The steps.
const (
	StepRequest Step = "request" // the request itself made no sense
	StepResolve Step = "resolve"
	StepConnect Step = "connect"
	StepTLS     Step = "tls"
	StepHTTP    Step = "http"
)

// Class sorts failures by what they mean to somebody who looks for the cause.
type Class string

// The classes of failure.
const (
	ClassInvalid          Class = "invalid-request"
	ClassNXDomain         Class = "nxdomain"
	ClassNoData           Class = "nodata"
	ClassServfail         Class = "servfail"
	ClassDNSRefused       Class = "dns-refused"
	ClassDNS              Class = "dns-error"
	ClassTimeout          Class = "timeout"
	ClassRefused          Class = "refused"
	ClassUnreachable      Class = "unreachable"
	ClassReset            Class = "reset"
	ClassConnect          Class = "connect-error"
	ClassUnknownAuthority Class = "unknown-authority"
	ClassExpired          Class = "expired"
	ClassNotYetValid      Class = "not-yet-valid"
	ClassNameMismatch     Class = "name-mismatch"
	ClassCertificate      Class = "bad-certificate"
	ClassHandshake        Class = "handshake"
	ClassHTTP             Class = "http-error"
)

// Request says what to ask of the internet.
type Request struct {
	// URL is what a person would type: https://host[:port]/path or http://….
	URL string `json:"url"`
	// Method is GET unless set.
	Method string `json:"method,omitempty"`
	// Address connects to this IP, with the URL's port unless it has one of its
	// own, and asks no DNS: the raw-IP check.
	Address string `json:"address,omitempty"`
	// Host replaces the URL's host in the Host header.
	Host string `json:"host,omitempty"`
	// ServerName replaces the URL's host in SNI and in the check of the certificate.
	ServerName string `json:"serverName,omitempty"`
	// NoSNI sends no server name; the certificate is still checked for the name.
	NoSNI bool `json:"noSNI,omitempty"`
	// Insecure goes on to HTTP over a connection that did not verify, which the report still says.
	Insecure bool `json:"insecure,omitempty"`
	// Follow is how many redirects are followed; 0 follows none.
	Follow int `json:"follow,omitempty"`
	// TimeoutMillis bounds the whole probe, at most 5 minutes; DefaultTimeout unless set.
	TimeoutMillis int `json:"timeoutMs,omitempty"`
}

// Report is what a probe saw. It is data, on failure too: the steps that were
// taken are filled, and Failed, Class and Error say which one did not succeed.
type Report struct {
	Request Request   `json:"request"`
	Started time.Time `json:"started"`
	Millis  float64   `json:"ms"`
	// OK says that an HTTP answer came, of whatever status, and that TLS, if there was any, verified.
	OK     bool   `json:"ok"`
	Failed Step   `json:"failed,omitempty"`
	Class  Class  `json:"class,omitempty"`
	Error  string `json:"error,omitempty"`

	Resolve *Resolution `json:"resolve,omitempty"`
	Connect *Connection `json:"connect,omitempty"`
	TLS     *Handshake  `json:"tls,omitempty"`
	HTTP    *Answer     `json:"http,omitempty"`
	// Redirects are the reports of the redirects that were followed, in order.
	Redirects []Report `json:"redirects,omitempty"`
}

// Resolution is what the DNS said.
type Resolution struct {
	Name   string `json:"name"`
	Server string `json:"server"` // who answered
	Rcode  string `json:"rcode"`  // of the last question: NOERROR, NXDOMAIN …
	// Chain holds the CNAMEs that were followed, in order.
	Chain []string `json:"chain,omitempty"`
	// Records are the addresses with their TTLs in seconds.
	Records []AddressRecord `json:"records"`
	Millis  float64         `json:"ms"`
}

// AddressRecord is one A or AAAA record of an answer.
type AddressRecord struct {
	Type    string `json:"type"`
	Address string `json:"address"`
	TTL     uint32 `json:"ttl"`
}

// Connection is what TCP said.
type Connection struct {
	// Address is the one that was connected to, or else the last that was tried.
	Address string `json:"address"`
	// Tried holds every address that was tried, with its error, "" for none.
	Tried  []Attempt `json:"tried"`
	Millis float64   `json:"ms"`
}

// Attempt is one connection tried.
type Attempt struct {
	Address string `json:"address"`
	Error   string `json:"error,omitempty"`
}

// Handshake is what TLS said.
type Handshake struct {
	ServerName string `json:"serverName"` // the name the certificate was checked for
	SNI        string `json:"sni"`        // the name sent, "" for none
	Version    string `json:"version,omitempty"`
	ALPN       string `json:"alpn,omitempty"`
	// Verified says that the chain leads to a trusted root and fits name and time.
	Verified bool `json:"verified"`
	// TrustedBy names the trusted root set the chain leads to.
	TrustedBy string `json:"trustedBy,omitempty"`
	// LeadsTo names the known root set, trusted or not, that the chain leads to
	// when time and name are left out: "staging" for a staging certificate.
	LeadsTo string `json:"leadsTo,omitempty"`
	// VerifyError says why it is not Verified.
	VerifyError string        `json:"verifyError,omitempty"`
	Chain       []Certificate `json:"chain"`
	Millis      float64       `json:"ms"`
}

// Certificate is one of the chain that the server sent, the leaf first.
type Certificate struct {
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	Serial    string    `json:"serial"`
	SANs      []string  `json:"sans,omitempty"`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
	SHA256    string    `json:"sha256"` // of the DER form, lower-case hex
}

// Answer is what HTTP said.
type Answer struct {
	Status  int               `json:"status"`
	Proto   string            `json:"proto"`
	Headers map[string]string `json:"headers,omitempty"` // a selection, joined by ", "
	// Body is the first BodyLimit bytes, as text.
	Body      string  `json:"body"`
	Truncated bool    `json:"truncated,omitempty"`
	Millis    float64 `json:"ms"`
}
