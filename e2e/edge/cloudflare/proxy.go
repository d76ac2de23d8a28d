package cloudflare

import (
	"regexp"
	"strconv"
	"strings"
)

// Fault says at which end of the proxy a failure lies.
type Fault string

// The ends.
const (
	OfOrigin      Fault = "origin"      // the proxy does not get an answer from the origin
	OfCertificate Fault = "certificate" // the origin's certificate is not valid to the proxy
	OfHandshake   Fault = "handshake"   // the proxy and the origin do not agree on TLS
	OfRecord      Fault = "record"      // the record leads the proxy nowhere, or where it may not go
	OfTunnel      Fault = "tunnel"      // no connector serves the tunnel
	OfClient      Fault = "client"      // a setting of the zone refuses the client
	OfEdge        Fault = "edge"        // the proxy itself
)

// Answer is how the proxy says that it does not serve a request.
type Answer struct {
	Status, Code int // of HTTP, and of the proxy's own where it gives one
	Fault        Fault
	// Meaning is one clause: "the origin refuses the connection".
	Meaning string
}

// String names the answer: "530, error 1016".
func (a Answer) String() string {
	if a.Code == 0 || a.Code == a.Status {
		return strconv.Itoa(a.Status)
	}
	return strconv.Itoa(a.Status) + ", error " + strconv.Itoa(a.Code)
}

// ByProxy reports whether an answer went through the proxy.
func ByProxy(headers map[string]string) bool {
	return strings.EqualFold(headers["Server"], "cloudflare")
}

// proxyCode finds the proxy's own code in a body: "error code: 1016", "Error 1016", "Error code 522".
var proxyCode = regexp.MustCompile(`(?i)error(?:\s+code)?:?\s+(\d{3,4})\b`)

// ReadProxy reads an answer that went through the proxy; false where it is the origin's own.
// https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/ and
// …/cloudflare-1xxx-errors/
func ReadProxy(status int, body string) (Answer, bool) {
	out := Answer{Status: status}
	if m := proxyCode.FindStringSubmatch(body); m != nil {
		out.Code, _ = strconv.Atoi(m[1])
	}
	for _, known := range meanings() {
		if known.code == status && status >= 520 && status != 530 || known.code == out.Code && out.Code >= 1000 {
			out.Fault, out.Meaning = known.fault, known.meaning
			return out, true
		}
	}
	switch {
	case status >= 520 && status <= 530:
		out.Fault, out.Meaning = OfOrigin, "the proxy does not get an answer that it can use"
	case out.Code == status && (status == 502 || status == 504):
		out.Fault, out.Meaning = OfOrigin, "the proxy does not get an answer of the origin in time"
	case out.Code >= 1000 && out.Code < 1200 && (status == 403 || status == 409 || status == 429 || status == 503):
		out.Fault, out.Meaning = OfClient, "a setting of the zone refuses the client"
	case status == 403 && strings.Contains(body, "Just a moment"),
		status == 503 && strings.Contains(body, "Just a moment"):
		out.Fault, out.Meaning = OfClient, "a challenge of the zone's firewall stops what is no browser"
	default:
		return Answer{}, false
	}
	return out, true
}

type meaning struct {
	code    int
	fault   Fault
	meaning string
}

func meanings() []meaning {
	return []meaning{
		{520, OfOrigin, "the origin's answer is empty, or none that the proxy understands"},
		{521, OfOrigin, "the origin refuses the connection"},
		{522, OfOrigin, "the origin does not answer the connection in time"},
		{523, OfOrigin, "there is no way to the origin's address"},
		{524, OfOrigin, "the origin takes the request and does not answer it within 100 seconds"},
		{525, OfHandshake, "the TLS handshake with the origin fails"},
		{
			526,
			OfCertificate,
			"the certificate of the origin is not valid to the proxy, whose SSL mode is Full (strict)",
		},
		{1000, OfRecord, "the record leads to an address of Cloudflare's own, or that is not allowed"},
		{1001, OfRecord, "the proxy cannot resolve the origin's name"},
		{1002, OfRecord, "the record leads to an address that the proxy may not use, as of a private network"},
		{1003, OfClient, "the request names an address of the proxy, and no host"},
		{1004, OfRecord, "the proxy does not know the host yet"},
		{1006, OfClient, "a rule of the zone refuses the client's address"},
		{1007, OfClient, "a rule of the zone refuses the client's address"},
		{1008, OfClient, "a rule of the zone refuses the client's address"},
		{1009, OfClient, "a rule of the zone refuses the client's country"},
		{1010, OfClient, "a rule of the zone refuses the client's program"},
		{1013, OfClient, "the names in SNI and Host differ"},
		{1014, OfRecord, "the record is a CNAME to a name of another account of Cloudflare's"},
		{1015, OfClient, "a rate limit of the zone refuses the client"},
		{1016, OfRecord, "the proxy finds no address for the origin's name"},
		{1018, OfRecord, "the proxy does not know the host yet"},
		{1020, OfClient, "a rule of the zone's firewall refuses the client"},
		{1033, OfTunnel, "no cloudflared is connected to the tunnel"},
	}
}

// TunnelDomain ends the names of tunnels, which only the proxy can serve.
const TunnelDomain = ".cfargotunnel.com"
