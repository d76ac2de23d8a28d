package cloudflare

import (
	"net/http"
	"strings"
)

// Ranges are the addresses of Cloudflare's edge, which everyone may read [DOC 2026-11: cloudflare.com/ips].
func Ranges() (ipv4, ipv6 []string) {
	ipv4 = []string{
		"173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18",
		"108.162.192.0/18", "190.93.240.0/20", "188.114.96.0/20", "197.234.240.0/22", "198.41.128.0/17",
		"162.158.0.0/15", "104.16.0.0/13", "104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22",
	}
	ipv6 = []string{
		"2400:cb00::/32", "2606:4700::/32", "2803:f800::/32", "2405:b500::/32", "2405:8100::/32", "2a06:98c0::/29",
		"2c0f:f248::/32",
	}
	return ipv4, ipv6
}

// listRanges is GET /ips, without credentials [DOC 2026-11: the API's schema ips].
func listRanges(x *exchange) error {
	ipv4, ipv6 := Ranges()
	return x.succeedPlain(struct {
		IPv4 []string `json:"ipv4_cidrs"`
		IPv6 []string `json:"ipv6_cidrs"`
		Etag string   `json:"etag"`
	}{ipv4, ipv6, rangesEtag}, "")
}

// rangesEtag is of the form that the API's schema shows; the value is this program's own.
const rangesEtag = "a8e453d9d129a3769407127936edfdb0"

// Website is what programs read of www.cloudflare.com: the addresses of the edge as text, and the trace.
func Website() http.Handler {
	ipv4, ipv6 := Ranges()
	mux := http.NewServeMux()
	mux.Handle("/ips-v4", text(ipv4))
	mux.Handle("/ips-v6", text(ipv6))
	mux.HandleFunc("/cdn-cgi/trace", Trace)
	return mux
}

func text(lines []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
		_, _ = w.Write([]byte(strings.Join(lines, "\n"))) // the client is gone
	})
}
