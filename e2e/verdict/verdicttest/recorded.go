package verdicttest

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Recorded is a gate's run as long and as full as real ones are: the journey, seven faults of which one was
// taken for another, an upgrade that lost probes and deleted a record, and what to do about it. It is blocked.
func Recorded() *verdict.Verdict {
	v := Blocked()
	v.Suite.Finished = v.Suite.Started.Add(250 * time.Second)
	v.Budget = verdict.NewBudget(250*time.Second, 156*time.Second)
	v.Phases = []verdict.Phase{
		{Name: "render bundle", Seconds: 0.503},
		{Name: "images", Seconds: 2.367},
		{Name: "cluster", Seconds: 28.865, FixedDelaySeconds: 14},
		{Name: "seal", Seconds: 4.395},
		{Name: "platform", Seconds: 15.384},
		{Name: "trust", Seconds: 0.121},
		{Name: "bundle", Seconds: 34.67, FixedDelaySeconds: 18},
		{Name: "ingress controller", Seconds: 0.072},
		{Name: "specs", Seconds: 157.3, FixedDelaySeconds: 124},
		{Name: "remove cluster", Seconds: 6.306},
	}
	at := v.Suite.Started
	for n := range v.Phases {
		v.Phases[n].Started = at
		at = at.Add(time.Duration(v.Phases[n].Seconds * float64(time.Second)))
	}
	v.Delivery = &verdict.Delivery{
		Engine: "flux", Repository: "https://git.edgeproof.dev/bundle",
		Revision: "main@sha1:4bff0d7c1e5a2a6f0d0c4f0a9a3c8f31d2b6e7a9",
		Versions: map[string]string{
			"helm-controller": "v1.4.3", "kustomize-controller": "v1.9.6", "source-controller": "v1.9.6",
		},
	}
	v.Timeline, v.Omitted = nil, 12
	for n := range v.Criteria {
		v.Criteria[n].Cites = nil
	}
	turn(v, "VC-3", verdict.Flaky, "passed at attempt 2 of 3; first: exit status 1")
	r := &recording{v: v}
	r.journey()
	r.breaks()
	r.changes()
	v.Findings = []verdict.Finding{{
		Layer: "dns", Code: "record-missing", Object: "Deployment cert-manager/external-dns", Hosts: []string{host},
		Summary: "external-dns no longer manages " + host + ": its domain filter is staging.safeops.work",
		Evidence: []string{
			"Deployment cert-manager/external-dns: --domain-filter=staging.safeops.work",
			"zone safeops.work: no A record of " + host,
		},
		Remedy: "let the domain filter cover the host",
		Command: "kubectl -n flux-system patch helmrelease external-dns --type merge -p " +
			"'{\"spec\":{\"values\":{\"domainFilters\":[\"safeops.work\"]}}}'",
		Cites: r.about("record of "+host, 205, 250),
	}}
	slices.SortStableFunc(v.Timeline, func(a, b verdict.Entry) int { return a.Time.Compare(b.Time) })
	v.Conclude()
	return v
}

const host = "develop.safeops.work"

// recording puts entries on the clock of a verdict.
type recording struct{ v *verdict.Verdict }

func (r *recording) at(seconds float64, source verdict.Source, subject, text string, failed bool) *verdict.Entry {
	r.v.Timeline = append(r.v.Timeline, verdict.Entry{
		ID:   fmt.Sprintf("%s-%d", source, len(r.v.Timeline)+1),
		Time: r.v.Suite.Started.Add(time.Duration(seconds * float64(time.Second))), Source: source, Subject: subject,
		Text: text, Failed: failed,
	})
	return &r.v.Timeline[len(r.v.Timeline)-1]
}

// lasts is an entry of the suite itself, from one second to another.
func (r *recording) lasts(from, to float64, subject, text string, failed bool) {
	e := r.at(from, verdict.SourcePhase, subject, text, failed)
	e.Until = r.v.Suite.Started.Add(time.Duration(to * float64(time.Second)))
}

// again is an entry that happened several times alike.
func (r *recording) again(from, to float64, times int, source verdict.Source, subject, text string, failed bool) {
	e := r.at(from, source, subject, text, failed)
	e.Until, e.Count = r.v.Suite.Started.Add(time.Duration(to*float64(time.Second))), times
}

// about lists the entries on a subject within some seconds.
func (r *recording) about(subject string, from, to float64) []string {
	var out []string
	for _, e := range r.v.Timeline {
		if s := e.Time.Sub(r.v.Suite.Started).Seconds(); e.Subject == subject && s >= from && s <= to {
			out = append(out, e.ID)
		}
	}
	return out
}

// journey is one issuance from the bundle's last object to the first answer.
func (r *recording) journey() {
	at := 0.0
	for _, p := range r.v.Phases {
		r.lasts(at, at+p.Seconds, "phase "+p.Name, fmt.Sprintf("%.1f s", p.Seconds), false)
		at += p.Seconds
	}
	const certificate = "Certificate develop/frontend-tls"
	for n, authority := range []string{"staging", "production"} {
		s := 71.4 + float64(n)/5
		r.at(s, verdict.SourceACME, "Let's Encrypt "+authority, "directory: 200", false)
		r.at(s+0.01, verdict.SourceACME, "Let's Encrypt "+authority, "new-account: 400 badNonce", true)
		r.at(s+2.1, verdict.SourceACME, "Let's Encrypt "+authority, "new-account: 201 valid", false)
		r.at(s+2.4, verdict.SourceEvent, "ClusterIssuer letsencrypt-"+
			authority, "Ready: the ACME account was registered", false)
	}
	r.at(87.3, verdict.SourceEvent, certificate, "Issuing: issuing certificate as Secret does not exist", false)
	r.at(87.5, verdict.SourceEvent, certificate, "Generated: stored new private key in temporary Secret", false)
	r.at(87.6, verdict.SourceACME, host, "new-order: 201 pending", false)
	r.at(87.9, verdict.SourceAPI, "cert-manager", "GET /client/v4/zones?name=safeops.work: 200", false)
	r.at(88.0, verdict.SourceAPI, "cert-manager", "POST TXT _acme-challenge."+host+": 200", false)
	for n, q := range []string{"SOA", "NS", "TXT"} {
		r.again(88.1+float64(n)/50, 89, 3, verdict.SourceDNS, "_acme-challenge."+host, q+": NOERROR", false)
	}
	for n, name := range []string{host, "dns-wrong-target.safeops.work", "record-missing.safeops.work"} {
		s := 132.2 + float64(n)/40
		r.at(s, verdict.SourceAPI, "record of "+name, "external-dns: POST A: 200", false)
		r.at(s+0.01, verdict.SourceAPI, "record of "+name, "external-dns: POST TXT a-"+name+": 200", false)
	}
	r.at(148.2, verdict.SourceACME, host, "challenge: 200 processing", false)
	r.at(148.3, verdict.SourceDNS, "_acme-challenge."+host, "TXT: NOERROR, to the CA", false)
	r.at(148.4, verdict.SourceACME, host, "finalize: 200 processing", false)
	r.at(148.5, verdict.SourceACME, host, "order: 200 valid", false)
	r.at(148.7, verdict.SourceEvent, certificate, "Issuing: the certificate has been successfully issued", false)
	r.at(148.8, verdict.SourceAPI, "cert-manager", "DELETE TXT _acme-challenge."+host+": 200", false)
	r.again(88, 148.1, 61, verdict.SourceProbe, host, "https: certificate of the ingress controller itself: tls "+
		"name-mismatch", true)
	r.again(148.9, 200, 50, verdict.SourceProbe, host, "https: 200", false)
	cite(r.v, "WF-6", slices.Concat(r.about(certificate, 80, 150), r.about(host, 80, 150),
		r.about("record of "+host, 80, 150))...)
	cite(r.v, "DW-4", r.about(host, 80, 150)...)
	cite(r.v, "DW-2", r.about("ClusterIssuer letsencrypt-production", 0, 90)...)
}

// breaks injects a fault into each of seven routes.
func (r *recording) breaks() {
	usual := func(alarms ...bool) []verdict.ConventionalCheck {
		out := []verdict.ConventionalCheck{}
		for n, check := range []string{
			"kubectl get certificates -A", "kubectl get pods", "kubectl rollout status",
			"curl to the raw address", "cmctl status certificate",
		} {
			said := "0 of 1 not as they should be"
			if alarms[n] {
				said = "frontend-tls READY False"
			}
			out = append(out, verdict.ConventionalCheck{Check: check, Noticed: alarms[n], Output: said})
		}
		return out
	}
	first := r.v.Faults[0]
	first.ConventionalChecks, first.Red, first.Green = usual(true, true, false, false, true),
		[]criteria.ID{"DW-1", "WF-6", "VC-1"}, []criteria.ID{"DW-2", "DW-3", "BL-1"}
	first.Cites = nil
	r.v.Faults = []verdict.Fault{first}
	for _, f := range []struct {
		id, title, layer string
		pattern          criteria.ID
		red              []criteria.ID
		usual            []verdict.ConventionalCheck
	}{
		{
			"record-missing", "the host has no DNS record, and a raw-IP check does not notice", "dns", "FP-4",
			[]criteria.ID{"DW-4", "WF-7"},
			usual(false, false, false, false, false),
		},
		{
			"dns-wrong-target", "DNS points at an address that is not the ingress controller's", "dns", "FP-5",
			[]criteria.ID{"DW-4", "WF-7"},
			usual(false, false, false, false, false),
		},
		{
			"no-tls-block", "the Ingress has no TLS block", "routing", "FP-2",
			[]criteria.ID{"DW-3", "DW-4", "VC-4"},
			usual(false, false, false, false, false),
		},
		{
			"acme-rate-limited", "the CA's rate limit is reached", "certificate", "FP-3",
			[]criteria.ID{"DW-4"},
			usual(true, false, false, false, true),
		},
		{
			"expired-not-renewed", "the certificate ran out and was not renewed", "certificate", "FP-6",
			[]criteria.ID{"DW-4", "WF-6"},
			usual(true, false, false, false, true),
		},
		{
			"no-issuer-annotation", "the Ingress names no issuer", "certificate", "FP-2",
			[]criteria.ID{"DW-3", "BL-4"},
			usual(false, false, false, false, false),
		},
	} {
		r.v.Faults = append(r.v.Faults, verdict.Fault{
			ID: f.id, Title: f.title, Layer: f.layer, Criteria: []criteria.ID{f.pattern},
			Expected:  []string{f.layer + "/" + f.id},
			Diagnosed: []string{f.layer + "/" + f.id}, Cleared: []string{"shared-credential"}, Result: verdict.Passed,
			SecondsToDetect: 3.311, SecondsToRecover: 2.664, Red: f.red, Green: []criteria.ID{"DW-1", "DW-2"},
			ConventionalChecks: f.usual,
		})
	}
	wrong := &r.v.Faults[3]
	wrong.Result, wrong.Diagnosed = verdict.Failed, []string{"certificate/no-tls-block"}
	wrong.Reason, wrong.Objects = "expected routing/no-tls-block, diagnosed certificate/no-tls-block",
		[]string{"Ingress no-tls-block/frontend"}
	wrong.Reproduce = "make e2e FOCUS='no-tls-block' SEED=7"
	for n := range r.v.Faults {
		f := &r.v.Faults[n]
		from, own := 153+float64(n)/3, f.ID+".safeops.work"
		if n == 0 {
			from = 172 // alone, and after the others
		}
		to := from + 6 + 8*float64((n+1)%2)
		r.lasts(from, to, "fault "+f.ID, "injected, seen after 3.3 s, recovered", f.Result == verdict.Failed)
		r.again(from+0.2, from+1.1, 2, verdict.SourceProbe, own, "https: 200", false)
		r.again(from+1.4, to-1, 4, verdict.SourceProbe, own, "https: resolve nxdomain", true)
		r.at(from+0.6, verdict.SourceDNS, own, "A: NXDOMAIN", true)
		r.at(from+1.9, verdict.SourceEvent, "Ingress "+f.ID+"/frontend", "BadConfig: TLS entry 0 is invalid", true)
		r.at(from+2.2, verdict.SourceAPI, "record of "+own, "external-dns: PATCH A: 200", false)
		r.at(to-0.5, verdict.SourceProbe, own, "https: 200", false)
		f.Cites = slices.Concat(r.about("fault "+f.ID, from, to), r.about(own, from, to),
			r.about("Ingress "+f.ID+"/frontend", from, to))
	}
}

// changes is the upgrade, with the probes that went on meanwhile.
func (r *recording) changes() {
	for n := range r.v.Upgrades {
		u := &r.v.Upgrades[n]
		begun := 200 + 24*float64(n)
		u.Started, u.Points = r.v.Suite.Started.Add(time.Duration(begun)*time.Second), nil
		lost := 0
		for kind, every := range map[verdict.ProbeKind]float64{verdict.ProbeDNS: 0.3, verdict.ProbeHTTPS: 4} {
			for k := range 90 {
				at := -3 + float64(k)/5
				p := verdict.ProbePoint{At: at, Host: host, Kind: kind, OK: true, Milliseconds: every * (1 + float64((k*7)%10)/8)}
				if bad := n == 0 && kind == verdict.ProbeHTTPS && at >= 4 && at < 7; bad {
					p.OK, p.Milliseconds, p.Error = false, 3, "connect refused"
					lost++
				}
				u.Points = append(u.Points, p)
			}
		}
		u.Probes = []verdict.Probe{
			{Host: host, Kind: verdict.ProbeDNS, Sent: 90},
			{Host: host, Kind: verdict.ProbeHTTPS, Sent: 90, Failed: lost},
		}
		slices.SortFunc(u.Points, func(a, b verdict.ProbePoint) int {
			return int(1000*(a.At-b.At)) + len(a.Kind) - len(b.Kind)
		})
		r.lasts(begun, begun+u.Seconds, string(u.Direction), u.From.Path+" → "+u.To.Path, u.Result() == verdict.Failed)
		r.again(begun+4, begun+7, max(lost, 1), verdict.SourceProbe, host, "https: connect refused", lost > 0)
		r.at(begun+5, verdict.SourceEvent, "Deployment cert-manager/external-dns", "ScalingReplicaSet: scaled up", false)
		r.at(begun+6, verdict.SourceAPI, "record of "+host, "external-dns: DELETE A: 200", n == 0)
		r.at(begun+11, verdict.SourceAPI, "record of "+host, "external-dns: POST A: 200", false)
		u.Cites = slices.Concat(r.about(host, begun, begun+20), r.about("record of "+host, begun, begun+20))
	}
}
