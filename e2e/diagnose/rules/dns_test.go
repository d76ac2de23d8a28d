package rules_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const (
	stale    = "203.0.113.66"
	markName = "a-" + host
	record   = "record " + host + " A"
	syncs    = "Deployment cert-manager/external-dns"
	frontend = "Ingress develop/frontend"
)

func TestDNS(t *testing.T) {
	t.Parallel()
	check(t, dnsRows())
}

// dnsRows has a row for each pattern of the DNS layer, and rows that must not be mistaken for them.
func dnsRows() []row {
	return []row{
		{
			name: "policy-flag-missing", change: all(image("v0.23.0"), args("policy"),
				crash(`--policy must be set explicitly (one of: sync, upsert-only, create-only)`)),
			cause: "policy-flag-missing", object: syncs, remedy: "--policy=sync", dns: diagnose.Broken,
		},
		{
			name: "no policy before 0.22 is policy sync", change: args("policy"),
		},
		{
			name: "txt-owner-empty-or-prefix: empty", change: all(args("txt-owner-id", "--txt-owner-id="),
				crash("owner id cannot be empty")),
			cause: "txt-owner-empty-or-prefix", object: syncs, remedy: "--txt-owner-id=sre-cluster", dns: diagnose.Broken,
		},
		{
			name:   "txt-owner-empty-or-prefix: prefix changed",
			change: all(args("txt-prefix", "--txt-prefix=edge-"), target(stale)),
			cause:  "txt-owner-empty-or-prefix", object: syncs, seen: markName, dns: diagnose.Broken,
		},
		{
			name: "external-dns-crashloop", change: crash(`Get "https://10.96.0.1:443/version": dial tcp 10.96.0.1:443: connect: connection refused`),
			cause: "external-dns-crashloop", object: syncs, remedy: "logs external-dns-1 --previous",
			seen: "connection refused", dns: diagnose.Broken,
		},
		{
			name:   "external-dns-crashloop: between two starts",
			change: all(crash("flag parsing error: unknown long flag '--polcy'"), ended),
			cause:  "external-dns-crashloop", object: syncs, seen: "restarted 5 times", dns: diagnose.Broken,
		},
		{
			name: "external-dns-down", change: all(scaled(facts.ExternalDNS, 0), target(stale)),
			cause: "external-dns-down", object: syncs, remedy: "kubectl -n cert-manager scale deployment external-dns " +
				"--replicas=1", dns: diagnose.Broken,
		},
		{
			name: "source-excludes-ingress", change: all(args("source", "--source=service"), noRecords),
			cause: "source-excludes-ingress", object: syncs, seen: "--source=service", dns: diagnose.Broken,
		},
		{
			name: "hostname-source-excludes-host: the annotation alone", change: all(noRecords,
				annotated("external-dns.alpha.kubernetes.io/ingress-hostname-source", "annotation-only")),
			cause: "hostname-source-excludes-host", object: frontend, seen: "hostname is not there",
			remedy: "external-dns.alpha.kubernetes.io/ingress-hostname-source-", dns: diagnose.Broken,
		},
		{
			name: "hostname-source-excludes-host: its record was deleted", change: all(noRecords, changed(3, "DELETE"),
				annotated("external-dns.alpha.kubernetes.io/ingress-hostname-source", "annotation-only"),
				annotated("external-dns.alpha.kubernetes.io/hostname", "www."+host)),
			cause: "hostname-source-excludes-host", note: "records-deleted-on-empty-status", object: frontend,
			seen: "www." + host, dns: diagnose.Broken,
		},
		{
			name: "hostname-source-excludes-host: a value that nothing knows", change: all(noRecords,
				annotated("external-dns.alpha.kubernetes.io/ingress-hostname-source", "rules-only")),
			cause: "hostname-source-excludes-host", object: frontend, seen: "rules-only", dns: diagnose.Broken,
		},
		{
			name: "a hostname source that has the host", change: all(
				annotated("external-dns.alpha.kubernetes.io/ingress-hostname-source", "Annotation-Only"),
				annotated("external-dns.alpha.kubernetes.io/hostname", "www."+host+", "+host)),
		},
		{
			name: "domain-filter-excludes-host", change: all(args("domain-filter", "--domain-filter=example.org"), noRecords),
			cause: "domain-filter-excludes-host", object: syncs, remedy: "--domain-filter=safeops.work",
			seen: "--domain-filter=example.org", dns: diagnose.Broken,
		},
		{
			name: "domain-filter-excludes-host: excluded", change: all(args("exclude-domains",
				"--exclude-domains=develop.safeops.work"), noRecords),
			cause: "domain-filter-excludes-host", object: syncs, seen: "--exclude-domains", dns: diagnose.Broken,
		},
		{
			name: "a filter by regular expression", change: all(args("regex-domain-filter", `--regex-domain-filter=^develop\.`),
				args("domain-filter")),
		},
		{
			name: "annotation-prefix-ignored: target", change: all(image("v0.22.0"),
				annotated("external-dns.alpha.kubernetes.io/target", "198.51.100.7")),
			cause: "annotation-prefix-ignored", object: frontend, remedy: "external-dns.kubernetes.io/target=",
			dns: diagnose.Broken,
		},
		{
			name: "annotation-prefix-ignored: proxied", change: all(image("v0.23.0"),
				annotated("external-dns.alpha.kubernetes.io/cloudflare-proxied", "false"), proxied),
			cause: "annotation-prefix-ignored", object: frontend, remedy: "external-dns.kubernetes.io/cloudflare-proxied=",
			dns: diagnose.Broken,
		},
		{
			name:   "annotation-prefix-ignored: the new one before 0.22",
			change: annotated("external-dns.kubernetes.io/target", "198.51.100.7"),
			cause:  "annotation-prefix-ignored", object: frontend, remedy: "external-dns.alpha.kubernetes.io/target=",
			dns: diagnose.Broken,
		},
		{
			name: "annotation-prefix-ignored without effect", change: image("v0.23.0"), note: "annotation-prefix-ignored",
			object: frontend,
		},
		{
			name: "the old prefix is read by 0.23 on demand",
			change: all(image("v0.23.0"), args("enable-legacy-annotation-prefix", "--enable-legacy-annotation-prefix"),
				policied),
		},
		{
			name: "ttl-annotation-invalid: does not parse", change: annotated("external-dns.alpha.kubernetes.io/ttl", "5 min"),
			note: "ttl-annotation-invalid", object: frontend, remedy: "external-dns.alpha.kubernetes.io/ttl=300",
		},
		{
			name: "ttl-annotation-invalid: refused", change: all(annotated("external-dns.alpha.kubernetes.io/ttl", "30"),
				noRecords, refused("9021: Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.")),
			cause: "ttl-annotation-invalid", object: frontend, dns: diagnose.Broken,
		},
		{
			name: "record-quota", change: all(noRecords, refused("81045: Record quota exceeded.")),
			cause: "record-quota", object: "zone safeops.work", dns: diagnose.Broken,
		},
		{
			name: "record-quota: as 0.23 tells it", change: all(image("v0.23.0"), policied, noRecords,
				refusedBatch(`"code":81045,"message":"Record quota exceeded."`)),
			cause: "record-quota", object: "zone safeops.work", dns: diagnose.Broken,
		},
		{
			name: "proxied-not-proxiable", change: all(reports("10.0.0.1"),
				annotated("external-dns.alpha.kubernetes.io/cloudflare-proxied", "true"), noRecords,
				refused("9003: Target 10.0.0.1 is not allowed for a proxied record.")),
			cause: "proxied-not-proxiable", object: record, remedy: "cloudflare-proxied=false", dns: diagnose.Broken,
		},
		{
			name: "record-conflict-81053", change: all(foreign("CNAME", "old.example.net"),
				refused("81053: An A, AAAA, or CNAME record with that host already exists.")),
			cause: "record-conflict-81053", object: "record " + host + " CNAME", remedy: "dns_records/r9", dns: diagnose.Broken,
		},
		{
			name: "record-conflict-81053: its mark is written, the record is not",
			change: all(foreign("CNAME", "old.example.net"), remark("a-"+host, "sre-cluster", "develop/frontend", 3),
				refused("81053: An A, AAAA, or CNAME record with that host already exists.")),
			cause: "record-conflict-81053", object: "record " + host + " CNAME", remedy: "dns_records/r9", dns: diagnose.Broken,
		},
		{
			name: "takeover-after-partial-create", change: all(foreign("CNAME", "old.example.net"),
				remark("cname-"+host, "sre-cluster", "develop/frontend", 3),
				refused("81053: An A, AAAA, or CNAME record with that host already exists.")),
			cause: "takeover-after-partial-create", object: "record " + host +
				" CNAME", remedy: "dns_records/r9", dns: diagnose.Broken,
		},
		{
			name: "owner-mismatch", change: all(foreign("A", stale), remark(markName, "old-cluster", "develop/frontend", 600)),
			cause: "owner-mismatch", object: record, seen: "old-cluster", remedy: "dns_records/r9", dns: diagnose.Broken,
		},
		{
			name: "unowned-record", change: foreign("A", stale),
			cause: "unowned-record", object: record, remedy: "dns_records/r9", dns: diagnose.Broken,
		},
		{
			name: "unowned-record that is right", change: foreign("A", address), note: "unowned-record", object: record,
		},
		{
			name:   "a stray CNAME without the provider's code is unowned, not a conflict",
			change: foreign("CNAME", "old.example.net"),
			cause:  "unowned-record", object: "record " + host + " CNAME", dns: diagnose.Broken,
		},
		{
			name:   "duplicate-owner-id-two-clusters: deleted again and again",
			change: all(noRecords, changed(3, "CREATE", "CREATE", "CREATE")),
			cause:  "duplicate-owner-id-two-clusters", object: syncs, remedy: "--txt-owner-id=sre-cluster-2",
			dns: diagnose.Broken,
		},
		{
			name: "duplicate-owner-id-two-clusters: changed again and again",
			change: all(
				target(stale),
				remark(markName, "sre-cluster", "shop/web", 600),
				changed(3, "UPDATE", "UPDATE"),
			),
			cause: "duplicate-owner-id-two-clusters", object: syncs, seen: "shop/web", dns: diagnose.Broken,
		},
		{
			name: "upsert-only-stale: create-only", change: all(args("policy", "--policy=create-only"), target(stale)),
			cause: "upsert-only-stale", object: record, remedy: "--policy=sync", dns: diagnose.Broken,
		},
		{
			name: "records-deleted-on-empty-status", change: all(noRecords, changed(3, "DELETE")),
			cause: "records-deleted-on-empty-status", object: record, remedy: "rollout restart deployment/external-dns",
			dns: diagnose.Broken,
		},
		{
			name: "records-deleted-on-empty-status while it is empty", change: all(noRecords, changed(3, "DELETE"), reports()),
			cause: "ingress-status-empty", note: "records-deleted-on-empty-status", routing: diagnose.Broken,
			dns: diagnose.Blocked,
		},
		{
			name: "cname-a-conflict-candidates", change: reports(address, "lb.example.net"),
			cause: "cname-a-conflict-candidates", object: frontend, dns: diagnose.Broken,
		},
		{
			name: "same-host-multi-ingress: before 0.21", change: twin("198.51.100.9"),
			cause: "same-host-multi-ingress", object: "Ingress shop/web", seen: "one of them", dns: diagnose.Broken,
		},
		{
			name: "same-host-multi-ingress: since 0.21", change: all(image("v0.21.0"), twin("198.51.100.9"),
				also("198.51.100.9")),
			cause: "same-host-multi-ingress", object: "Ingress shop/web", seen: "all of them", dns: diagnose.Broken,
		},
		{
			name: "proxied-unexpected", change: proxied, cause: "proxied-unexpected", object: record,
			remedy: "external-dns.alpha.kubernetes.io/cloudflare-proxied=false", dns: diagnose.Broken,
		},
		{
			name: "proxied, and the proxy fails", change: all(annotated("external-dns.alpha.kubernetes.io/cloudflare-proxied", "true"), proxied, answers(525)),
			cause: "proxy-origin-handshake", object: "origin " + address, seen: "525", routing: diagnose.Broken,
		},
		{
			name: "proxied as it should be", change: all(annotated("external-dns.alpha.kubernetes.io/cloudflare-proxied",
				"true"), proxied),
		},
		{
			name: "private-ip-published", change: all(reports("192.168.1.20"), target("192.168.1.20")),
			cause: "private-ip-published", object: record, remedy: "external-dns.alpha.kubernetes.io/target=",
			routing: diagnose.Blocked, dns: diagnose.Broken,
		},
		{
			name: "soft-error-loop-pod-ready", change: all(target(stale), softly(3, "the server is on fire")),
			cause: "soft-error-loop-pod-ready", object: syncs, seen: "the server is on fire", dns: diagnose.Broken,
		},
		{
			name: "dns-sync-lag: a new Ingress", change: all(noRecords, young(30*time.Second)),
			note: "dns-sync-lag", object: record, dns: diagnose.Waiting,
		},
		{
			name: "an error of the record that no rule knows",
			change: all(noRecords, young(30*time.Second), errs("failed to create record",
				map[string]string{"record": host, "error": "9999: the record is not nice"})),
			cause: "unattributed", object: syncs, seen: "9999: the record is not nice", dns: diagnose.Broken,
		},
		{
			name:   "an error of every sync that no rule knows",
			change: all(noAddress, errs("Failed to do run once: quux of the provider", nil)),
			cause:  "unattributed", object: syncs, seen: "quux of the provider", dns: diagnose.Broken,
		},
		{
			name: "an error of another record", change: all(noRecords, young(30*time.Second),
				errs("failed to create record", map[string]string{
					"record": "other.safeops.work",
					"error":  "9999: the record is not nice",
				})),
			note: "dns-sync-lag", object: record, dns: diagnose.Waiting,
		},
		{
			name: "dns-sync-lag: the address moved since the last sync", change: all(reports("203.0.113.11")),
			note: "dns-sync-lag", object: record, dns: diagnose.Waiting,
		},
		{
			name: "record-missing: deleted by hand", change: noAddress, cause: "record-missing", object: record, seen: markName,
			remedy: "rollout restart deployment/external-dns", dns: diagnose.Broken,
		},
		{
			name: "record-missing: long overdue", change: all(noRecords, lastSync(20*time.Minute)), cause: "record-missing",
			object: record, seen: "last synced 20m0s ago", dns: diagnose.Broken,
		},
		{
			name: "dns-wrong-target: changed by hand", change: all(target(stale), touched(10*time.Second)),
			cause: "dns-wrong-target", object: record, seen: stale, remedy: "rollout restart deployment/external-dns",
			dns: diagnose.Broken,
		},
		{
			name:   "dns-wrong-target: changed by hand, of an Ingress that had its turn in a sync that was no good one",
			change: all(target(stale), touched(10*time.Second), young(50*time.Second), marked(40*time.Second)),
			cause:  "dns-wrong-target", object: record, seen: stale, dns: diagnose.Broken,
		},
		{
			name: "dns-wrong-target: changed by hand, while a sync was under way that had read the records before",
			change: all(target(stale), touched(50*time.Second), lastSync(20*time.Second), young(5*time.Minute),
				marked(4*time.Minute)),
			cause: "dns-wrong-target", object: record, seen: stale, dns: diagnose.Broken,
		},
		{
			name:   "dns-sync-lag: its mark is not written yet",
			change: all(target(stale), touched(10*time.Second), young(50*time.Second), marked(time.Hour)),
			note:   "dns-sync-lag", object: record, dns: diagnose.Waiting,
		},
		{
			name: "dns-wrong-target: the name servers say otherwise", change: answered(stale, stale),
			cause: "dns-wrong-target", object: "zone safeops.work", dns: diagnose.Broken,
		},
		{
			name: "dns-cache-ttl", change: answered(address, stale), note: "dns-cache-ttl", object: record, seen: stale,
			dns: diagnose.Waiting,
		},
		{
			name: "dns-cache-ttl: a negative answer", change: answered(address, ""), note: "dns-cache-ttl", object: record,
			dns: diagnose.Waiting,
		},
		{
			name: "a target by annotation is published", change: all(annotated("external-dns.alpha.kubernetes.io/target",
				"203.0.113.77"), target("203.0.113.77"), reached),
		},
		{
			name: "external-dns was just restarted", change: restarted,
		},
		{
			name: "a record of another owner at another host", change: func(s *facts.Snapshot) {
				s.Zones[0].Records = append(s.Zones[0].Records,
					facts.Record{ID: "r9", Name: "other." + host, Type: "A", Content: stale})
				remark("a-other."+host, "old-cluster", "develop/other", 600)(s)
			},
		},
	}
}

// TestStaleRecordOfGoneIngress is about a host that no Ingress has any more.
func TestStaleRecordOfGoneIngress(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{"upsert-only", "create-only"} {
		s := healthy().Snapshot
		args("policy", "--policy="+policy)(s)
		s.Ingresses, s.Certificates = nil, nil
		d := rules.Explain(s, diagnose.Target{Host: host})
		if !slices.ContainsFunc(d.Causes, func(f diagnose.Finding) bool {
			return f.Code == "upsert-only-stale" && f.Object == record &&
				strings.Contains(f.Remedy.Command, "dns_records/r1")
		}) {
			t.Errorf("policy %s: want upsert-only-stale of %s, got %+v", policy, record, d.Causes)
		}
	}
}
