// Package inventory names what there is of a route, so that what a fault leaves behind or takes away is found
// by comparing two inventories. It contains only what lasts: what a controller makes for one piece of work and
// removes afterwards would be missing later although nothing is wrong. It knows snapshots and makes no request.
package inventory

import (
	"fmt"
	"slices"
	"strings"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Inventory names lasting objects and records, sorted.
type Inventory []string

// Of lists the objects in a namespace that last, and the records at the provider that belong to a host: its
// own, and the ownership records beside them, as external-dns names those.
func Of(s *facts.Snapshot, naming externaldns.Naming, namespace, host string) Inventory {
	var out Inventory
	note := func(kind string, o metav1.Object) {
		if o.GetNamespace() == namespace && lasts(o) {
			out = append(out, kind+" "+o.GetName())
		}
	}
	for i := range s.Deployments {
		note("Deployment", &s.Deployments[i])
	}
	for i := range s.Services {
		note("Service", &s.Services[i])
	}
	for i := range s.Ingresses {
		note("Ingress", &s.Ingresses[i])
	}
	for i := range s.Secrets {
		if s.Secrets[i].Type != releaseRecord {
			note("Secret", &s.Secrets[i])
		}
	}
	for i := range s.Issuers {
		note("Issuer", &s.Issuers[i])
	}
	for i := range s.Certificates {
		note("Certificate", &s.Certificates[i])
	}
	names := []string{host}
	for _, kind := range []string{"A", "AAAA", "CNAME"} {
		names = append(names, naming.Names(host, kind)...)
	}
	for _, zone := range s.Zones {
		for _, r := range zone.Records {
			if strings.HasPrefix(r.Name, challenge) {
				continue
			}
			if slices.Contains(names, r.Name) || strings.HasSuffix(r.Name, "."+host) {
				out = append(out, fmt.Sprintf("record %s %s %s", r.Name, r.Type, r.Content))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// challenge begins the name of a record that a DNS-01 challenge is answered with (RFC 8555 §8.4).
const challenge = "_acme-challenge."

// Work names what is under way for a route: challenges, which cert-manager removes with their order,
// certificates that are being issued, their temporary objects and records. While there is any, the inventory is
// still changing.
func Work(s *facts.Snapshot, namespace, host string) []string {
	var out []string
	for i := range s.Challenges {
		if c := &s.Challenges[i]; c.Namespace == namespace {
			out = append(out, "Challenge "+c.Name)
		}
	}
	for i := range s.Certificates {
		c := &s.Certificates[i]
		if c.Namespace == namespace && issuing(c) {
			out = append(out, "Certificate "+c.Name+" being issued")
		}
	}
	for i := range s.Secrets {
		if o := &s.Secrets[i]; o.Namespace == namespace && !lasts(o) {
			out = append(out, "temporary Secret "+o.Name)
		}
	}
	for _, zone := range s.Zones {
		for _, r := range zone.Records {
			if strings.HasPrefix(r.Name, challenge) && strings.HasSuffix(r.Name, "."+host) {
				out = append(out, fmt.Sprintf("record %s %s", r.Name, r.Type))
			}
		}
	}
	slices.Sort(out)
	return out
}

// Owned is true when external-dns has written its ownership record.
func (i Inventory) Owned() bool {
	return slices.ContainsFunc(i, func(x string) bool { return strings.Contains(x, "heritage=external-dns") })
}

// Differences lists what is new and what is missing.
func (i Inventory) Differences(now Inventory) []string {
	var out []string
	for _, x := range now {
		if !slices.Contains(i, x) {
			out = append(out, "left behind: "+x)
		}
	}
	for _, x := range i {
		if !slices.Contains(now, x) {
			out = append(out, "missing: "+x)
		}
	}
	return out
}

// Lost names what of the inventory is missing in a namespace and will not be made again: no controller makes
// Deployments, Services, Ingresses and Issuers of a route, cert-manager makes a Secret for a Certificate only,
// and a Certificate for an Ingress.
func (i Inventory) Lost(s *facts.Snapshot, namespace string) []string {
	there := Of(s, externaldns.Naming{}, namespace, "")
	var out []string
	for _, x := range i {
		kind, name, _ := strings.Cut(x, " ")
		if slices.Contains(there, x) || kind == "record" || (kind == "Secret" || kind == "Certificate") &&
			wanted(s, namespace, kind, name) {
			continue
		}
		out = append(out, x)
	}
	return out
}

// wanted says whether something asks cert-manager for a Secret or a Certificate of this name.
func wanted(s *facts.Snapshot, namespace, kind, name string) bool {
	for i := range s.Certificates {
		if c := &s.Certificates[i]; kind == "Secret" && c.Namespace == namespace && c.Spec.SecretName == name {
			return true
		}
	}
	for i := range s.Ingresses {
		for _, tls := range s.Ingresses[i].Spec.TLS {
			if s.Ingresses[i].Namespace == namespace && tls.SecretName == name {
				return true
			}
		}
	}
	return false
}

// workers are the kinds whose objects end with a piece of work; what they own ends with them.
func workers() []string {
	return []string{acme.ChallengeKind, acme.OrderKind, certmanager.CertificateRequestKind, "Lease"}
}

// releaseRecord is the type of Helm's own Secrets: each upgrade makes one, and Helm keeps the last ten.
const releaseRecord = "helm.sh/release.v1"

// lasts reports whether an object stays when all work is done: it is not on its way out, it is no private key
// of a certificate that is only being issued, no solver of an HTTP-01 challenge, and nothing that belongs to a
// piece of work.
func lasts(o metav1.Object) bool {
	labels := o.GetLabels()
	switch {
	case o.GetDeletionTimestamp() != nil:
		return false
	case labels[certmanager.IsNextPrivateKeySecretLabelKey] == "true":
		return false
	case labels[acme.SolverIdentificationLabelKey] != "":
		return false
	}
	return !slices.ContainsFunc(o.GetOwnerReferences(), func(owner metav1.OwnerReference) bool {
		return slices.Contains(workers(), owner.Kind)
	})
}

func issuing(c *certmanager.Certificate) bool {
	return slices.ContainsFunc(c.Status.Conditions, func(x certmanager.CertificateCondition) bool {
		return x.Type == certmanager.CertificateConditionIssuing && x.Status == "True"
	})
}
