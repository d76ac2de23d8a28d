package diagnose

import (
	"fmt"
	"strings"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

type loadBalancer = core.LoadBalancerIngress

// maxText bounds what is quoted of a log line or a message.
const maxText = 300

// object names an object: "Secret cert-manager/cloudflare-api-token", "ClusterIssuer letsencrypt-production".
func object(kind, namespace, name string) string {
	if namespace == "" {
		return kind + " " + name
	}
	return kind + " " + namespace + "/" + name
}

func ingressName(i *networking.Ingress) string { return object("Ingress", i.Namespace, i.Name) }

func certificateName(c *certmanager.Certificate) string {
	return object("Certificate", c.Namespace, c.Name)
}

// says is evidence from a source.
func says(source, format string, args ...any) Evidence {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return Evidence{Source: source, Text: short(format)}
}

// logged is evidence from a log.
func logged(c facts.Component, l facts.Line) Evidence {
	return says("log "+string(c), "%s", l.String())
}

// probed is evidence from a probe.
func probed(rep *probe.Report) Evidence {
	source := "probe " + rep.Request.URL
	if rep.Request.Address != "" {
		source += " at " + rep.Request.Address
	}
	switch {
	case rep.HTTP != nil:
		return says(source, "%d %s", rep.HTTP.Status, oneLine(rep.HTTP.Body))
	case rep.Failed != "":
		return says(source, "%s failed, %s: %s", rep.Failed, rep.Class, rep.Error)
	default:
		return says(source, "no answer")
	}
}

func short(text string) string {
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

func list(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
