// Package suite is run by the tests of package report, with -update, to record what Ginkgo itself writes in each situation. The
// situation is named by the environment variable SITUATION.
package suite

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func TestSuite(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "recorded")
}

func in(situation string) bool { return os.Getenv("SITUATION") == situation }

func record(name string, value any) { AddReportEntry(name, value, ReportEntryVisibilityNever) }

// others are the criteria that this suite has no spec of its own for.
func others() Labels {
	var out Labels
	own := map[criteria.ID]bool{"DW-2": true, "WF-4": true, "DW-4": true, "VC-3": true, "FP-1": true}
	for _, c := range criteria.All() {
		if !own[c.ID] {
			out = append(out, string(c.ID))
		}
	}
	return out
}

var _ = BeforeSuite(func() {
	if in("before-suite") {
		Fail("no container engine answers: install podman")
	}
})

var _ = AfterSuite(func() {
	if in("after-suite") {
		Fail("the node does not tell what it dropped")
	}
})

var _ = Describe("the edge", Ordered, ContinueOnFailure, func() {
	It("DW-2 both ClusterIssuers are ready", Label("DW-2", "WF-4"), func() {
		record(report.EntryEvidence, "ClusterIssuer letsencrypt-staging Ready=True")
		if in("failed") {
			record(report.EntryObject, "ClusterIssuer letsencrypt-production")
			Expect("False").To(Equal("True"), "ClusterIssuer letsencrypt-production Ready")
		}
	})

	It("DW-4 a hostname resolves and serves HTTPS from outside", Label("DW-4"), func(ctx SpecContext) {
		record(report.EntryRoute, verdict.Route{Host: "develop.safeops.work", Result: verdict.Passed, Addresses: []string{"203.0.113.10"}, Target: "203.0.113.10", HTTPSStatus: 200})
		record(report.EntryEvidence, []string{"A develop.safeops.work = 203.0.113.10", "HTTPS 200"})
		switch {
		case in("interrupted"):
			Expect(syscall.Kill(os.Getpid(), syscall.SIGINT)).To(Succeed())
			<-ctx.Done()
		case in("suite-timeout"):
			Eventually(ctx, func(context.Context) string { return "no A record" }).Should(Equal("203.0.113.10"))
		case in("panicked"):
			panic("nil map")
		case in("skipped"):
			Skip("the external client is not up")
		}
	}, NodeTimeout(time.Minute))

	It("VC-3 the log of external-dns can be read", Label("VC-3"), FlakeAttempts(2), func() {
		if in("flaky") && CurrentSpecReport().NumAttempts == 1 {
			Fail("exit status 1")
		}
	})
})

var _ = Describe("faults", func() {
	It("FP-1 a missing token Secret is found", Label("FP-1"), func() {
		record(report.EntryFault, verdict.Fault{ID: "token-secret-missing", Layer: "shared-credential", Result: verdict.Passed, SecondsToDetect: 4.5})
	})
	It("everything else", Label(others()...), func() {})
	if in("pending") {
		PIt("FP-2 an ingress without TLS block is found", Label("FP-2"))
	}
})
