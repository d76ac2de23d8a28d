package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// rule is how one criterion is judged.
type rule struct {
	id criteria.ID
	// needs are the parts of a snapshot without which there is no judgement.
	needs []facts.Part
	// helps are parts that make a reason say more, and are collected for that.
	helps []facts.Part
	judge func(*facts.Snapshot, Target) Judgement
	// tooEarly says of a step of the workflow what goes wrong when the next is done before it.
	tooEarly string
}

// rules lists what can be judged from a snapshot, in the order of the criteria.
func rules() []rule {
	issuance := []facts.Part{
		facts.Ingresses, facts.ClusterIssuers, facts.Certificates, facts.CertificateRequests,
		facts.Orders, facts.Challenges,
	}
	return []rule{
		{id: "DW-1", judge: syncing, needs: []facts.Part{facts.Deployments, facts.Pods, facts.Logs}},
		{id: "DW-2", judge: issuersReady, needs: []facts.Part{facts.ClusterIssuers}},
		{id: "DW-3", judge: asksForTLS, needs: []facts.Part{facts.Ingresses}},
		{
			id: "DW-4", judge: reachable, helps: []facts.Part{facts.Provider},
			needs: append([]facts.Part{facts.Services, facts.DNS, facts.Probes}, issuance...),
		},
		{
			id: "WF-1", judge: tokenFirst, needs: []facts.Part{facts.Secrets, facts.Deployments, facts.ClusterIssuers},
			tooEarly: "Without the Secret external-dns cannot start (CreateContainerConfigError) and every DNS-01 challenge " +
				"fails and backs off, for up to 30 minutes after the remedy.",
		},
		{
			id: "WF-2", judge: bundleFirst, needs: []facts.Part{facts.Deployments, facts.ClusterIssuers, facts.Ingresses},
			tooEarly: "An Ingress that is there before external-dns and the issuers has no record and an IssuerNotFound " +
				"request: the host does not resolve and is served with the controller's default certificate.",
		},
		{
			id: "WF-3", judge: podsHealthy, needs: []facts.Part{facts.Deployments, facts.Pods},
			tooEarly: "Before cert-manager's webhook answers, issuers and certificates are refused by the API server; before " +
				"external-dns runs, nothing writes records.",
		},
		{
			id: "WF-4", judge: issuersReady, needs: []facts.Part{facts.ClusterIssuers},
			tooEarly: "A certificate asked of an issuer that is not ready waits as IssuerNotReady, and its request may fail " +
				"and be retried only after an hour.",
		},
		{
			id: "WF-5", judge: ingressComplete, needs: []facts.Part{facts.Ingresses},
			tooEarly: "Without hosts no record is written, without the TLS block and the annotation no certificate is asked " +
				"for: later steps wait for a certificate that was never ordered.",
		},
		{
			id: "WF-6", judge: nameAndCertificate, needs: append([]facts.Part{facts.Provider, facts.Secrets}, issuance...),
			tooEarly: "A route that is called healthy before its record and certificate exist answers by address only: users " +
				"get NXDOMAIN, which resolvers keep, or a certificate warning.",
		},
		{
			id: "WF-7", judge: validatedByName, needs: []facts.Part{facts.Ingresses, facts.Services, facts.Probes},
			tooEarly: "A check of the address alone passes while the name is broken, and the incident then looks like a " +
				"fault " +
				"of the application.",
		},
		{id: "GR-1", judge: automated, needs: []facts.Part{
			facts.Ingresses, facts.Provider, facts.Secrets,
			facts.Certificates, facts.CertificateRequests, facts.Deployments,
		}},
		{id: "BL-1", judge: controlledByTraefik, needs: []facts.Part{
			facts.IngressClasses, facts.Ingresses,
			facts.Deployments,
		}},
		{id: "BL-2", judge: syncsDomain, needs: []facts.Part{facts.Deployments, facts.Provider}},
		{id: "BL-3", judge: issuersExist, needs: []facts.Part{facts.ClusterIssuers}},
		{id: "BL-4", judge: namesProduction, needs: []facts.Part{facts.Ingresses}},
		{id: "BL-5", judge: oneCredential, needs: []facts.Part{facts.Deployments, facts.ClusterIssuers, facts.Secrets}},
	}
}

// Judgeable lists the criteria that Judge knows.
func Judgeable() []criteria.ID {
	var out []criteria.ID
	for _, r := range rules() {
		out = append(out, r.id)
	}
	return out
}

func ruleOf(id criteria.ID) (rule, bool) {
	for _, r := range rules() {
		if r.id == id {
			return r, true
		}
	}
	return rule{}, false
}

// TooEarly says what goes wrong when the step after a step of the workflow is done before it; empty for other
// criteria.
func TooEarly(id criteria.ID) string {
	r, _ := ruleOf(id)
	return r.tooEarly
}

// Unread reports whether something that a criterion needs was not collected, or could not be read.
func Unread(id criteria.ID, s *facts.Snapshot) bool {
	r, _ := ruleOf(id)
	return len(unread(r, s).Reasons) > 0
}

// Scope is what must be collected to judge the criteria, and no more. No criterion means all.
func Scope(t Target, ids ...criteria.ID) facts.Scope {
	if len(ids) == 0 {
		ids = Judgeable()
	}
	out := facts.Scope{Namespaces: t.namespaces(), Hosts: t.Hosts(), Controller: t.Controller, Paths: map[string]string{}}
	for _, id := range ids {
		r, _ := ruleOf(id)
		out.Parts = append(append(out.Parts, r.needs...), r.helps...)
	}
	slices.Sort(out.Parts)
	out.Parts = slices.Compact(out.Parts)
	for _, r := range t.Routes {
		for _, host := range r.Hosts {
			out.Paths[host] = r.path()
		}
	}
	return out
}

// Judge judges one criterion. An id that cannot be judged from a snapshot is an unmet, final judgement that says so.
func Judge(id criteria.ID, s *facts.Snapshot, t Target) Judgement {
	r, ok := ruleOf(id)
	if !ok {
		j := Judgement{ID: id}
		j.never("%s: not judged from a snapshot; these are: %v", id, Judgeable())
		return j.conclude()
	}
	j := unread(r, s)
	if len(j.Reasons) == 0 {
		j = r.judge(s, t)
	}
	j.ID = id
	j = j.conclude()
	if !j.Met {
		j.TooEarly = r.tooEarly
	}
	return j
}

// unread says which of the needed parts were not collected or could not be: "not there" must not be said of
// what was not seen.
func unread(r rule, s *facts.Snapshot) Judgement {
	var j Judgement
	for _, part := range r.needs {
		if !s.Has(part) {
			j.never("snapshot: holds no %s, which %s needs: collect it", part, r.id)
			continue
		}
		for _, e := range s.Trouble(part) {
			if strings.HasSuffix(e.Object, facts.PreviousRun) {
				continue // the run before a restart is an extra
			}
			where := string(part)
			if e.Object != "" {
				where += " of " + e.Object
			}
			remedy := ""
			switch e.Reason {
			case "Forbidden":
				remedy = " (give the reader the right to get and list " + string(part) + ")"
			case "NotFound":
				remedy = fmt.Sprintf(" (are the CRDs that define %s installed?)", part)
			}
			j.lacks("%s: could not be read: %s%s", where, e.Message, remedy)
		}
	}
	return j
}
