package verdicttest

import (
	"time"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Upgraded is Passing with a baseline that was replaced and restored under traffic, a time line, and times
// within their baseline.
func Upgraded() *verdict.Verdict {
	v := Unconcluded()
	start := v.Suite.Started
	v.Suite.Seed = 7
	v.Apps = verdict.Content{Path: "fixtures/apps", Digest: "sha256:a990"}
	v.Baseline = &verdict.Content{Path: "fixtures/bundles/reference", Digest: "sha256:ba5e"}
	v.Bundle.Path = "fixtures/bundles/candidate"
	candidate := verdict.Content{Path: v.Bundle.Path, Digest: v.Bundle.Digest}
	v.Upgrades = []verdict.Upgrade{
		upgrade(verdict.Forward, *v.Baseline, candidate, start.Add(80*time.Second)),
		upgrade(verdict.Rollback, candidate, *v.Baseline, start.Add(95*time.Second)),
	}
	v.Timeline = []verdict.Entry{
		{ID: "phase-1", Time: start, Source: verdict.SourcePhase, Subject: "bundle", Text: "begins"},
		{
			ID: "dns-1", Time: start.Add(20 * time.Second), Source: verdict.SourceDNS, Subject: "develop.safeops.work.",
			Text: "A: NXDOMAIN", Failed: true,
		},
		{
			ID: "acme-1", Time: start.Add(30 * time.Second), Source: verdict.SourceACME, Subject: "develop.safeops.work",
			Text: "order valid",
		},
		{
			ID: "api-1", Time: start.Add(40 * time.Second), Source: verdict.SourceAPI, Subject: "external-dns",
			Text: "POST /zones/023e/dns_records: 200",
		},
		{
			ID: "event-1", Time: start.Add(50 * time.Second), Source: verdict.SourceEvent,
			Subject: "Pod cert-manager/external-dns-1", Text: "Failed: secret \"cloudflare-api-token\" not found",
			Failed: true,
		},
		{
			ID: "probe-1", Time: start.Add(81 * time.Second), Source: verdict.SourceProbe, Subject: "develop.safeops.work",
			Text: "https: connection refused", Failed: true,
		},
	}
	v.Upgrades[0].Cites, v.Faults[0].Cites = []string{"probe-1"}, []string{"event-1"}
	cite(v, "DW-4", "dns-1", "acme-1", "api-1")
	v.Convergence = &verdict.Convergence{
		Baseline: "sha256:c0de", Machine: verdict.Machine{Seconds: 1.2, BaselineSeconds: 1},
		Times: []verdict.Time{
			{To: verdict.ToRoute, Seconds: 0.4, BaselineSeconds: 0.5, Tolerance: 0.5},
			{To: verdict.ToRecord, Seconds: 41, BaselineSeconds: 62, FixedDelaySeconds: 60, Tolerance: 0.5},
			{To: verdict.ToCertificate, Seconds: 63.5, BaselineSeconds: 62, FixedDelaySeconds: 60, Tolerance: 0.5},
			{To: verdict.ToDetect, Seconds: 4.2, BaselineSeconds: 3.5, Tolerance: 0.5},
		},
	}
	v.Conclude()
	return v
}

// Blocked is Upgraded, but the upgrade did everything that it must not; the rollback did not finish, and the
// record was late.
func Blocked() *verdict.Verdict {
	v := Upgraded()
	start, u := v.Suite.Started, &v.Upgrades[0]
	u.Probes[1].Failed = 3
	for n := range 2 {
		u.Points = append(u.Points, verdict.ProbePoint{
			At: 4.2 + float64(n)/5, Host: u.Probes[1].Host,
			Kind: verdict.ProbeHTTPS, Error: "connection refused",
		})
	}
	u.Recreated = []verdict.Recreated{{
		Name: u.Probes[0].Host, Type: "A", Deleted: start.Add(82 * time.Second),
		Created: start.Add(90 * time.Second),
	}}
	u.Owners = []verdict.OwnerChange{{Name: u.Probes[0].Host, Type: "A", Before: "sre-cluster", After: "sre-cluster-2"}}
	u.Reissued = append(u.Reissued, verdict.Reissued{
		Certificate: "Certificate develop/frontend-tls", SerialBefore: "0a",
		SerialAfter: "0c",
	})
	u.Lapses = []verdict.Lapse{{
		Issuer: "ClusterIssuer letsencrypt-staging", At: 3, Seconds: 6.5,
		Message: "ACME account is not registered",
	}}
	u.Lost = []string{"CustomResourceDefinition challenges.acme.cert-manager.io"}
	u.Broken = []string{"after-upgrade.safeops.work got no record"}
	u.Renewal.Done, u.Renewal.Reason = false, "Certificate develop/old: the issuer was not found"
	v.Upgrades[1].Unfinished = "Deployment cert-manager/external-dns did not become ready in 120 s"
	v.Upgrades[1].Reproduce = "make gate BASELINE=fixtures/bundles/reference CANDIDATE=fixtures/bundles/candidate"
	v.Convergence.Times[1].Seconds = 130
	v.Specs.List[0].Reproduce = "make e2e FOCUS='DW-1 '"
	v.Criteria[0].Reproduce, v.Faults[0].Reproduce = v.Specs.List[0].Reproduce,
		"make e2e FOCUS='token-secret-missing' SEED=7"
	v.Conclude()
	return v
}

func upgrade(way verdict.Direction, from, to verdict.Content, started time.Time) verdict.Upgrade {
	const host = "develop.safeops.work"
	return verdict.Upgrade{
		Direction: way, From: from, To: to, Started: started, Seconds: 12.5, ErrorBudget: verdict.ErrorBudget,
		Probes: []verdict.Probe{
			{Host: host, Kind: verdict.ProbeDNS, Sent: 150},
			{Host: host, Kind: verdict.ProbeHTTPS, Sent: 150, Failed: 1},
		},
		Points: []verdict.ProbePoint{
			{At: -1, Host: host, Kind: verdict.ProbeDNS, OK: true, Milliseconds: 0.4},
			{At: 1, Host: host, Kind: verdict.ProbeHTTPS, Milliseconds: 3, Error: "connection refused"},
			{At: 1.2, Host: host, Kind: verdict.ProbeHTTPS, OK: true, Milliseconds: 7.5},
		},
		Compared: verdict.Compared{Records: 3, Certificates: 2, Issuers: 2, Definitions: 6},
		Reissued: []verdict.Reissued{{
			Certificate: "Certificate develop/old", SerialBefore: "01", SerialAfter: "02",
			Reason: "its renewal time came",
		}},
		Renewal: verdict.Renewal{
			Certificate: "Certificate develop/old", Done: true, SerialBefore: "01", SerialAfter: "02",
			Seconds: 70, Served: true,
		},
		Changes: []verdict.Change{{
			Subject: "Deployment cert-manager/external-dns", Text: "the image is v0.21.0 now",
			Evidence: []string{"before: v0.20.0", "after: v0.21.0"},
		}},
	}
}

func cite(v *verdict.Verdict, id criteria.ID, entries ...string) {
	for n := range v.Criteria {
		if v.Criteria[n].ID == id {
			v.Criteria[n].Cites = entries
		}
	}
}
