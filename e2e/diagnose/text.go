package diagnose

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// HoldsAddress reports whether the record leads to an address, by itself or by another name.
func (r Record) HoldsAddress() bool { return r.Type == "A" || r.Type == "AAAA" || r.Type == "CNAME" }

func (r Record) String() string { return "record " + r.Name + " " + r.Type }

// Evidence is the record as the provider holds it.
func (r Record) Evidence() Evidence {
	text := "content " + r.Content
	if r.Proxied {
		text += ", proxied"
	}
	if !r.Created.IsZero() {
		text += ", created " + Stamp(r.Created)
	}
	if r.Modified.After(r.Created) {
		text += ", modified " + Stamp(r.Modified)
	}
	return Fact(r.String(), "%s", text)
}

// Unreachable reports whether an address is none of the internet's, in the view of RFC 1918, 6598, 4193, 3927 and
// 1122.
func Unreachable(content string) bool {
	addr, err := netip.ParseAddr(content)
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10)
	return err == nil && (addr.IsPrivate() || addr.IsLoopback() || addr.IsLinkLocalUnicast() || shared.Contains(addr))
}

// maxText bounds what is quoted of a log line or a message.
const maxText = 300

// Object names an object: "Secret cert-manager/cloudflare-api-token", "ClusterIssuer letsencrypt-production".
func Object(kind, namespace, name string) string {
	if namespace == "" {
		return kind + " " + name
	}
	return kind + " " + namespace + "/" + name
}

// CertificateName names a Certificate in findings.
func CertificateName(c *certmanager.Certificate) string {
	return Object("Certificate", c.Namespace, c.Name)
}

// Fact is evidence from a source.
func Fact(source, format string, args ...any) Evidence {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return Evidence{Source: source, Text: Short(format)}
}

// Logged is evidence from a log.
func Logged(c facts.Component, l facts.Line) Evidence {
	return Fact("log "+string(c), "%s", l.String())
}

// Probed is evidence from a probe.
func Probed(rep *probe.Report) Evidence {
	source := "probe " + rep.Request.URL
	if rep.Request.Address != "" {
		source += " at " + rep.Request.Address
	}
	switch {
	case rep.HTTP != nil:
		return Fact(source, "%d %s", rep.HTTP.Status, oneLine(rep.HTTP.Body))
	case rep.Failed != "":
		return Fact(source, "%s failed, %s: %s", rep.Failed, rep.Class, rep.Error)
	default:
		return Fact(source, "no answer")
	}
}

// Short is a text in one line, cut where it is too long to quote.
func Short(text string) string {
	if text = oneLine(text); len(text) > maxText {
		return strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text
}

func oneLine(text string) string {
	if !strings.ContainsAny(text, "\n\t\r") {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

// List joins words for a sentence.
func List(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

// Stamp writes a time as findings have it.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
