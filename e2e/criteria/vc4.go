package criteria

import (
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/kubectl"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func vc4() Criterion {
	line := func(t judge.Target) string { return shown(t).Command("describe") }
	return Criterion{
		ID: "VC-4", Text: "`kubectl -n develop describe ingress frontend`",
		Check: routeShown, Waits: ForCertificate, Shown: ByRoutes,
		Command: &Command{Line: line, Works: whereRouted(line)},
	}
}

// routeShown judges that the Ingress shown has an address, a class, a TLS block that covers the hosts, an issuer, and
// backends that have endpoints.
func routeShown(v View) judge.Judgement {
	var j judge.Judgement
	refused(&j, v.Printed)
	d := kubectl.DescribeIngress(v.Printed)
	name := d.Fields["Namespace"] + "/" + d.Fields["Name"]
	if d.Fields["Name"] == "" {
		if len(j.Reasons) == 0 {
			j.Lacks("kubectl describe ingress: shows no Ingress: %s", judge.Short(v.Printed))
		}
		return j
	}
	if d.Fields["Address"] == "" {
		j.Lacks("Ingress %s: has no address: the ingress controller has not taken it, or has none itself", name)
	}
	if class := d.Fields["Ingress Class"]; class == "" || class == "<none>" {
		j.Lacks("Ingress %s: has no class", name)
	}
	tlsShown(&j, d, name)
	backendsShown(&j, d, name)
	if len(j.Reasons) == 0 {
		j.Saw("Ingress %s: class %s at %s", name, d.Fields["Ingress Class"], d.Fields["Address"])
	}
	for _, w := range d.Warnings {
		j.Saw("event of Ingress %s: %s", name, w)
	}
	return j
}

// tlsShown notes what is wrong with the TLS blocks.
func tlsShown(j *judge.Judgement, d kubectl.Ingress, name string) {
	if len(d.TLS) == 0 {
		j.Lacks("Ingress %s: shows no TLS block", name)
	}
	var covered []string
	for _, b := range d.TLS {
		covered = append(covered, b.Hosts...)
		if b.Secret == "" {
			j.Lacks("Ingress %s: a TLS block names no Secret", name)
		}
	}
	for _, b := range d.Backends {
		if len(d.TLS) > 0 && b.Host != "*" && !edge.AnyCovers(covered, b.Host) {
			j.Lacks("Ingress %s: host %s is in no TLS block, which show %s", name, b.Host, orNone(covered))
		}
	}
	if d.Annotations[certmanager.IngressClusterIssuerNameAnnotationKey] == "" &&
		d.Annotations[certmanager.IngressIssuerNameAnnotationKey] == "" {
		j.Lacks("Ingress %s: shows no annotation %s", name, certmanager.IngressClusterIssuerNameAnnotationKey)
	}
}

// backendsShown notes what is wrong with the backends.
func backendsShown(j *judge.Judgement, d kubectl.Ingress, name string) {
	hosts := false
	for _, b := range d.Backends {
		hosts = hosts || b.Host != "*"
		switch {
		case strings.Contains(b.Backend, "<error:"):
			j.Lacks("Ingress %s: backend of %s: %s", name, b.Host, b.Backend)
		case strings.HasSuffix(b.Backend, "()") || strings.HasSuffix(b.Backend, "(<none>)"):
			j.Lacks("Ingress %s: backend %s of %s has no endpoints", name,
				strings.TrimSpace(b.Backend[:strings.LastIndex(b.Backend, "(")]), b.Host)
		}
	}
	if !hosts {
		j.Lacks("Ingress %s: shows no rule with a host", name)
	}
}
