package cloudflare

import (
	"crypto/rand"
	"encoding/hex"
	"time"
)

// commonHeaders are those of every answer of the real API, in the recordings of 2025-08 and, for Ratelimit,
// the documentation. Its cookies (__cflb, __cf_bm, _cfuvid) are left out: no API client keeps them.
func (x *exchange) commonHeaders() {
	var random [18]byte
	_, _ = rand.Read(random[:]) // never fails
	h := x.w.Header()
	h["Content-Type"] = []string{"application/json"} // without a charset
	h["Cf-Cache-Status"] = []string{"DYNAMIC"}
	h["Server"] = []string{"cloudflare"}
	h["Vary"] = []string{"Accept-Encoding"}
	h["Api-Version"] = []string{"2025-08-27"}
	h["Cf-Ray"] = []string{hex.EncodeToString(random[:8]) + "-FRA"}
	h["Cf-Auditlog-Id"] = []string{uuid7(x.began, [10]byte(random[8:]))}
	h["Ratelimit"] = []string{`"default";r=1200;t=300`}
	h["Ratelimit-Policy"] = []string{`"default";q=1200;w=300`}
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
