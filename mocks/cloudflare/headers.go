package cloudflare

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"time"
)

const contentType = "application/json" // without a charset [REC]

// commonHeaders are those of every answer of the real API, in the recordings of 2025-08 and, for Ratelimit,
// the documentation. Its cookies (__cflb, __cf_bm, _cfuvid) are left out: no API client keeps them.
func commonHeaders(h http.Header, now time.Time) {
	var random [18]byte
	_, _ = rand.Read(random[:]) // never fails
	h["Cf-Cache-Status"] = []string{"DYNAMIC"}
	h["Server"] = []string{"cloudflare"}
	h["Vary"] = []string{"Accept-Encoding"}
	h["Api-Version"] = []string{"2025-08-27"}
	h["Cf-Ray"] = []string{hex.EncodeToString(random[:8]) + "-FRA"}
	h["Cf-Auditlog-Id"] = []string{uuid7(now, [10]byte(random[8:]))}
	h["Ratelimit"] = []string{`"default";r=1200;t=300`}
	h["Ratelimit-Policy"] = []string{`"default";q=1200;w=300`}
}

// CompleteHeaders adds what every answer of the API carries, Content-Type apart, and leaves what is set: for
// answers that are injected before the request reaches the server.
func CompleteHeaders(h http.Header, now time.Time) {
	common := http.Header{}
	commonHeaders(common, now)
	for name, values := range common {
		if h[name] == nil {
			h[name] = values
		}
	}
}

// uuid7 is a time-ordered UUID, RFC 9562 section 5.7.
func uuid7(now time.Time, random [10]byte) string {
	var b [16]byte
	ms := now.UnixMilli()
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i)) //nolint:gosec // the low 48 bits, one octet each
	}
	copy(b[6:], random[:])
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:36], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}
