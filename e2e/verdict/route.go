package verdict

import "time"

// Route is what the external client saw of one host: the evidence behind DW-4.
type Route struct {
	Host   string `json:"host" jsonschema:"minLength=1"`
	Result Result `json:"result"`
	// Addresses is what public DNS answered; Target is the address of the ingress controller.
	Addresses []string `json:"addresses"`
	Target    string   `json:"target"`
	// HTTPSStatus and HTTPStatus are the statuses by name; 0 when there was no answer. RawStatus is the status by
	// bare address.
	HTTPSStatus int `json:"httpsStatus"`
	HTTPStatus  int `json:"httpStatus"`
	RawStatus   int `json:"rawStatus"`
	// Certificate is what was served; absent when no handshake came to that.
	Certificate *Certificate `json:"certificate,omitempty"`
	Reason      string       `json:"reason,omitempty"`
}

// Certificate is a served leaf. Trusted says that its chain verifies to the production root for the host that
// was asked.
type Certificate struct {
	Issuer      string    `json:"issuer"`
	Names       []string  `json:"names"`
	NotAfter    time.Time `json:"notAfter"`
	Trusted     bool      `json:"trusted"`
	Fingerprint string    `json:"fingerprint"`
}
