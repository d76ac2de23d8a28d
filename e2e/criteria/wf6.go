package criteria

import (
	"cmp"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func wf6() Criterion {
	return Criterion{
		ID: "WF-6", Text: "the DNS record exists and the certificate is issued before the route is called healthy",
		Check: nameAndCertificate, Needs: append(issuanceParts(), facts.Provider, facts.Secrets),
		Waits: ForCertificate, Shown: ByIssuance,
		TooEarly: "A route that is called healthy before its record and certificate exist answers by address only: users " +
			"get NXDOMAIN, which resolvers keep, or a certificate warning.",
	}
}

// nameAndCertificate judges that the record is at the provider and the certificate is issued.
func nameAndCertificate(v View) judge.Judgement {
	s := v.Facts
	return each(v, func(j *judge.Judgement, r judge.Route, i *edge.Route) {
		before := len(j.Reasons)
		for _, host := range r.Hosts {
			has := false
			for _, record := range s.RecordsOf(host) {
				has = has || isAddress(record.Type)
			}
			if !has {
				noRecord(j, v.Target, "record "+host, host)
			}
		}
		if len(i.TLS) == 0 {
			j.Never("%s: has no TLS block: no certificate will be issued", r.Source)
		}
		issued(j, s, i)
		for n := range i.TLS {
			stored(j, s, i, &i.TLS[n])
		}
		if len(j.Reasons) == before {
			j.Saw("%s: records of %s are there, and a certificate in Secret %s", r.Source, strings.Join(r.Hosts, ", "),
				strings.Join(i.TLSSecrets(), ", "))
		}
	})
}

// stored notes what is wrong with the certificate in the Secret of a TLS block.
func stored(j *judge.Judgement, s *facts.Snapshot, i *edge.Route, block *edge.TLS) {
	name := i.SecretName(block)
	secret, ok := s.Secret(name.Namespace, name.Name)
	switch {
	case !ok:
		j.Lacks("Secret %s: not found", name)
	case len(secret.Certificates) == 0:
		j.Lacks("Secret %s: %s", name, cmp.Or(secret.Problem, "has no tls.crt"))
	case !secret.Certificates[0].NotAfter.After(s.Time):
		j.Lacks("Secret %s: its certificate is over since %s", name,
			secret.Certificates[0].NotAfter.UTC().Format(time.RFC3339))
	default:
		for _, host := range block.Hosts {
			if !edge.AnyCovers(secret.Certificates[0].Names, host) {
				j.Lacks("Secret %s: its certificate is for %s, not for %s", name, orNone(secret.Certificates[0].Names), host)
			}
		}
	}
}
