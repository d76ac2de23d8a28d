package criteria

import (
	"slices"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func gr1() Criterion {
	return Criterion{
		ID: "GR-1", Text: "DNS and TLS are automated together: a hand-made DNS record or a hand-made TLS Secret on a " +
			"managed host is a finding",
		Check: automated,
		Needs: []facts.Part{
			facts.Ingresses, facts.Provider, facts.Secrets, facts.Certificates, facts.CertificateRequests,
			facts.Deployments,
		},
		Waits: ForCertificate,
	}
}

// automated judges that on the hosts of the target's routes every address record is external-dns's own, and every
// TLS Secret is cert-manager's. Hosts without a record and Secrets that are not there yet are other
// criteria's business.
func automated(v View) judge.Judgement {
	s, t := v.Facts, v.Target
	var config externaldns.Config
	if running := s.Running(facts.ExternalDNS); len(running) > 0 {
		config = configOf(s, &running[0])
	}
	return each(v, func(j *judge.Judgement, _ judge.Route, i *edge.Route) {
		for _, host := range i.Hosts() {
			recordsOwned(j, s, t, config, host)
		}
		for n := range i.TLS {
			name := i.SecretName(&i.TLS[n])
			if secret, ok := s.Secret(name.Namespace, name.Name); ok {
				secretIssued(j, s, secret)
			}
		}
	})
}

func recordsOwned(j *judge.Judgement, s *facts.Snapshot, t judge.Target, config externaldns.Config, host string) {
	for _, r := range s.RecordsOf(host) {
		if !isAddress(r.Type) {
			continue
		}
		owner, ok := ownerOf(s, config, host, r.Type)
		switch {
		case !ok:
			j.Never(
				"record %s %s %s: is made by hand: no registry record says that external-dns owns it",
				host,
				r.Type,
				r.Content,
			)
		case owner.Owner != t.Owner():
			j.Never(
				"record %s %s %s: belongs to owner %q, not to %q: external-dns leaves it alone",
				host,
				r.Type,
				r.Content,
				owner.Owner,
				t.Owner(),
			)
		default:
			j.Saw("record %s %s %s: owned by %s for %s", host, r.Type, r.Content, owner.Owner, owner.Resource)
		}
	}
}

// secretIssued notes what shows a TLS Secret to be made by hand. cert-manager writes its annotations and its
// label, and there is a Certificate that fills it; and what is in it is what the last request got.
func secretIssued(j *judge.Judgement, s *facts.Snapshot, secret *facts.Secret) {
	name := secret.Namespace + "/" + secret.Name
	c, ok := certificateOf(s, secret.Namespace, secret.Name)
	switch {
	case !ok:
		j.Never("Secret %s: is made by hand: no Certificate fills it", name)
	case secret.Annotations[certmanager.CertificateNameKey] == "" ||
		secret.Annotations[certmanager.IssuerNameAnnotationKey] == "":
		j.Never(
			"Secret %s: is made by hand: it has no annotation %s of cert-manager, though Certificate %s is to fill it",
			name,
			certmanager.CertificateNameKey,
			c.Name,
		)
	case secret.Annotations[certmanager.CertificateNameKey] != c.Name:
		j.Never(
			"Secret %s: was issued for Certificate %s, not for %s",
			name,
			secret.Annotations[certmanager.CertificateNameKey],
			c.Name,
		)
	case !fromRequest(s, c, secret):
		j.Never(
			"Secret %s: holds a certificate that no request of Certificate %s got: it was replaced by hand",
			name,
			c.Name,
		)
	default:
		j.Saw("Secret %s: issued by %s", name, secret.Annotations[certmanager.IssuerNameAnnotationKey])
	}
}

// fromRequest reports whether the Secret's certificate is what a request got. Where no request is left that got
// one, nothing is known.
func fromRequest(s *facts.Snapshot, c *certmanager.Certificate, secret *facts.Secret) bool {
	if len(secret.Certificates) == 0 {
		return true // empty: not issued yet
	}
	var got []string
	for _, r := range cm.NewObjects(s.CertificateRequests, nil, nil).Requests(c) {
		if chain, _ := facts.ParseCertificates(r.Status.Certificate); len(chain) > 0 {
			got = append(got, chain[0].SHA256)
		}
	}
	return len(got) == 0 || slices.Contains(got, secret.Certificates[0].SHA256)
}
