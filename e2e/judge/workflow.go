package judge

import (
	"strings"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// SinceAnnotation tells when an object was first there. Whoever takes an object away and puts it back, as a
// fault does, sets it to the creation time of the first (RFC 3339); the order of the workflow is then still
// known.
const SinceAnnotation = "edgeproof.dev/since"

// since is when an object came to be there.
func since(o meta.ObjectMeta) time.Time {
	if t, err := time.Parse(time.RFC3339, o.Annotations[SinceAnnotation]); err == nil {
		return t
	}
	return o.CreationTimestamp.Time
}

// named is something with a time.
type named struct {
	name string
	at   time.Time
}

// before notes when the earlier came after the later. Times of the API are whole seconds, and the same second
// is no violation.
func before(j *Judgement, earlier, later named) {
	if earlier.at.After(later.at) {
		j.never("%s: is younger than %s: %s after it", earlier.name, later.name, earlier.at.Sub(later.at))
		return
	}
	j.saw("%s is no younger than %s", earlier.name, later.name)
}

// tokenFirst judges WF-1.
func tokenFirst(s *facts.Snapshot, t Target) Judgement {
	var j Judgement
	secret := holds(&j, s, t)
	if secret == nil || len(j.Reasons) > 0 {
		return j
	}
	token := named{"Secret " + t.Namespace + "/" + secret.Name, since(secret.ObjectMeta)}
	j.saw("%s: there since %s", token.name, token.at.UTC().Format(time.RFC3339))
	for _, d := range s.Running(facts.ExternalDNS) {
		before(&j, token, named{"Deployment " + d.Namespace + "/" + d.Name, since(d.ObjectMeta)})
	}
	for _, want := range t.issuers() {
		if i, ok := clusterIssuer(s, want.Name); ok {
			before(&j, token, named{"ClusterIssuer " + i.Name, since(i.ObjectMeta)})
		}
	}
	return j
}

// bundleFirst judges WF-2: what an Ingress depends on is there, and was before it.
func bundleFirst(s *facts.Snapshot, t Target) Judgement {
	var j Judgement
	var needed []named
	if d := deploymentOf(&j, s, facts.ExternalDNS, t.Namespace); d != nil {
		available(&j, d)
		needed = append(needed, named{"Deployment " + d.Namespace + "/" + d.Name, since(d.ObjectMeta)})
	}
	for _, want := range t.issuers() {
		if i, ok := clusterIssuer(s, want.Name); ok {
			needed = append(needed, named{"ClusterIssuer " + i.Name, since(i.ObjectMeta)})
		} else {
			missing(&j, s, want)
		}
	}
	for _, n := range needed {
		j.saw("%s: there since %s", n.name, n.at.UTC().Format(time.RFC3339))
		for _, r := range t.Routes {
			if i, ok := s.Ingress(r.Ingress); ok {
				before(&j, n, named{"Ingress " + r.Ingress.String(), since(i.ObjectMeta)})
			}
		}
	}
	return j
}

// nameAndCertificate judges WF-6: the record is at the provider and the certificate is issued.
func nameAndCertificate(s *facts.Snapshot, t Target) Judgement {
	return each(s, t, func(j *Judgement, r Route, i *edge.Route) {
		before := len(j.Reasons)
		for _, host := range r.Hosts {
			has := false
			for _, record := range s.RecordsOf(host) {
				has = has || isAddress(record.Type)
			}
			if !has {
				j.lacks("record %s: not at the provider yet", host)
			}
		}
		if len(i.TLS) == 0 {
			j.never("Ingress %s: has no TLS block: no certificate will be issued", r.Ingress)
		}
		issued(j, s, i)
		for _, name := range i.TLSSecrets() {
			stored(j, s, i, name)
		}
		if len(j.Reasons) == before {
			j.saw("Ingress %s: records of %s are there, and a certificate in Secret %s", r.Ingress, strings.Join(r.Hosts, ", "),
				strings.Join(i.TLSSecrets(), ", "))
		}
	})
}

// stored notes what is wrong with the certificate in a Secret.
func stored(j *Judgement, s *facts.Snapshot, i *edge.Route, name string) {
	secret, ok := s.Secret(i.Namespace, name)
	switch full := i.Namespace + "/" + name; {
	case !ok:
		j.lacks("Secret %s: not found", full)
	case len(secret.Certificates) == 0:
		j.lacks("Secret %s: %s", full, orWord(secret.Problem, "has no tls.crt"))
	case !secret.Certificates[0].NotAfter.After(s.Time):
		j.lacks("Secret %s: its certificate is over since %s", full,
			secret.Certificates[0].NotAfter.UTC().Format(time.RFC3339))
	default:
		for _, block := range i.TLS {
			for _, host := range block.Hosts {
				if block.Secret == name && !edge.AnyCovers(secret.Certificates[0].Names, host) {
					j.lacks("Secret %s: its certificate is for %s, not for %s", full, orNone(secret.Certificates[0].Names), host)
				}
			}
		}
	}
}

// validatedByName judges WF-7: the route was asked by its name over HTTPS, and answered so.
func validatedByName(s *facts.Snapshot, t Target) Judgement {
	var j Judgement
	for _, host := range t.Hosts() {
		rep := s.Probes[host].HTTPS
		switch {
		case rep == nil || !strings.HasPrefix(rep.Request.URL, "https://"+host+"/") || rep.Request.Address != "":
			j.never("%s: was not asked by name over HTTPS: an answer at the address is no proof", host)
		case rep.Resolve == nil || rep.Failed != "" || rep.HTTP == nil:
			j.lacks("%s: asked by name over HTTPS: %s failed, %s: %s", host, orWord(string(rep.Failed), "resolve"), rep.Class,
				rep.Error)
		default:
			j.saw("%s: asked by name over HTTPS at %s: %d", host, rep.Connect.Address, rep.HTTP.Status)
		}
	}
	return j
}
