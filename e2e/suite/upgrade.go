package suite

import (
	"context"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/upgrade"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// When the renewals are due that must follow a change, counted from the issuance: the change must be complete
// by then. On 2 cores an upgrade takes one to two minutes, and the new route after it as long as an issuance;
// the faults run between the two changes.
const (
	renewalAfterUpgrade  = 5 * time.Minute
	renewalAfterRollback = 10 * time.Minute
)

// change is what an upgrade and its rollback share.
type change struct {
	baseline, candidate Version
	target              judge.Target // what the baseline promised; a candidate that promises less is detected
	routes              []judge.Route
	renewing            judge.Route // whose certificate is due after the change

	newRoute string // name of the route that is made after a change, where it is not named after that

	applied bool // the candidate has taken the baseline's place
	blocked bool // it must not be promoted, whatever else is found
}

// upgrade takes the edge from the baseline to the candidate while external clients keep sending requests. All
// specs after it judge the candidate.
func (e *edge) upgrade(faults []fault.Fault) {
	BeforeEach(func() {
		switch labels := CurrentSpecReport().Labels(); {
		case slices.Contains(labels, "upgrade"):
		case !e.change.applied:
			Skip("the candidate was not applied")
		case e.change.blocked && slices.Contains(labels, "fault"):
			Skip("the candidate is already blocked, and faults show nothing on a broken edge")
		}
	})
	It("upgrade: external clients see no interruption, and the edge keeps its records, certificates and issuers",
		Label("upgrade"), func(ctx SpecContext) {
			e.verifyBaseline(ctx)
			e.createForeignRecord(ctx)
			e.change.renewing = e.issueNearExpiry(ctx, "renewing", renewalAfterUpgrade)
			before, err := e.Testbed.Internet.Journal(ctx, api.JournalFilter{})
			Expect(err).NotTo(HaveOccurred())

			u := e.try(ctx, verdict.Forward, e.change.baseline, e.change.candidate)
			after, err := e.Testbed.Internet.Journal(ctx, api.JournalFilter{After: before.Last})
			Expect(err).NotTo(HaveOccurred())
			ready := u.Started.Add(time.Duration(u.Seconds * float64(time.Second)))
			settled := slices.DeleteFunc(after.Entries, func(entry api.JournalEntry) bool { return entry.Time.Before(ready) })
			u.Changes = append(u.Changes, upgrade.Behaviour(before.Entries, settled)...)
			u.Lost = append(u.Lost, upgrade.Dropped(u.Changes)...)
			e.change.applied, e.change.blocked = true, u.Result() != verdict.Passed
			target, err := testbed.Target(e.change.candidate.Bundle, e.Testbed.Apps)
			Expect(err).NotTo(HaveOccurred())
			e.Target, e.ExternalDNS, e.start = target, testbed.ExternalDNS(e.change.candidate.Bundle), time.Now()
			e.reportUpgrade(ctx, u)
			e.makeRoutes(ctx, faults)
		})
}

// rollback takes the edge back to the baseline, and is judged in the same way.
func (e *edge) rollback(faults []fault.Fault) {
	It("rollback: external clients see no interruption, and the edge keeps its records, certificates and issuers",
		Label("upgrade"), func(ctx SpecContext) {
			if !e.change.applied {
				Skip("the candidate was not applied")
			}
			// records that external-dns has yet to remove would be blamed on the rollback
			Expect(e.RemoveRoutes(ctx, planned(e.config, faults))).To(Succeed())
			for _, f := range faults {
				Expect(e.Testbed.RouteGone(ctx, e.Variables(f))).To(Succeed())
			}
			e.expectMet(ctx, criteria.IssuersReady, e.Target, e.Budgets.Recovered)
			e.reportUpgrade(ctx, e.try(ctx, verdict.Rollback, e.change.candidate, e.change.baseline))
		})
}

// reportUpgrade adds the evidence to the verdict, and fails with the objections to the change.
func (e *edge) reportUpgrade(ctx context.Context, u verdict.Upgrade) {
	GinkgoHelper()
	AddReportEntry(report.EntryUpgrade, u, ReportEntryVisibilityNever)
	e.noteUpgrade(ctx, u)
	if objections := u.Objections(); len(objections) > 0 {
		Fail(strings.Join(objections, "\n"))
	}
}

// verifyBaseline waits until the baseline meets every criterion that is judged without a fault, so that the
// candidate is not blamed for an earlier failure.
func (e *edge) verifyBaseline(ctx context.Context) {
	GinkgoHelper()
	route, err := e.probeRoute(ctx, "steady")
	Expect(err).NotTo(HaveOccurred())
	for _, c := range criteria.InTurn() {
		if c.Command == nil { // a command reads again what a snapshot shows
			e.expectMet(ctx, c.ID, e.Target, e.remaining(e.budgetOf(c)))
		}
	}
	e.expectMet(ctx, criteria.Works, e.only(route), e.remaining(e.Budgets.CertificateIssued))
}

// probeRoute makes a route of the project's own application, for external clients to request.
func (e *edge) probeRoute(ctx context.Context, name string) (judge.Route, error) {
	route, err := e.Testbed.MakeRoute(ctx, e.probeVariables(name), testbed.RouteOptions{Own: true})
	e.change.routes = append(e.change.routes, route)
	return route, err
}

func (e *edge) probeVariables(name string) map[string]string {
	variables := testbed.FaultVariables(name, e.change.target, e.ExternalDNS, e.Application())
	variables["namespace"] = "probe-" + name
	return variables
}

// try replaces one version by another and gathers the effects.
func (e *edge) try(ctx context.Context, way verdict.Direction, from, to Version) verdict.Upgrade {
	certificate := types.NamespacedName{}
	if e.change.renewing.Name != "" {
		certificate = types.NamespacedName{Namespace: e.change.renewing.Namespace, Name: "frontend-tls"}
	}
	hosts := e.change.target.Hosts()
	for _, route := range e.change.routes {
		hosts = append(hosts, route.Hosts...)
	}
	var pruned []string
	world := upgrade.World{
		Cluster: e.Testbed.Client, Provider: e.Testbed.Internet,
		External: facts.FromControl(e.Testbed.Internet),
	}
	u := world.Try(ctx, upgrade.Plan{
		Direction: way, From: from.content(), To: to.content(), Hosts: hosts, TXT: e.naming(from.Bundle),
		Issuers:  []string{e.change.target.Production.Name, e.change.target.Staging.Name},
		Renewing: certificate, RenewingHost: strings.Join(e.change.renewing.Hosts, ""), Renewal: e.Budgets.CertificateIssued,
		Change: func(ctx context.Context) (broken []string, err error) {
			pruned, err = e.Testbed.Change(ctx, to.Bundle, to.Traefik)
			return e.stuck(ctx, to), err
		},
		Afterwards: func(ctx context.Context) ([]string, []verdict.OwnerChange, error) {
			return e.probeNewRoute(ctx, "after-"+string(way))
		},
	})
	u.Changes = upgrade.Changes(from.Bundle, to.Bundle)
	if from.Traefik != to.Traefik {
		u.Changes = append(u.Changes, verdict.Change{
			Subject: "Deployment traefik/traefik",
			Text:    "the platform's ingress controller", Evidence: []string{"- " + from.Traefik, "+ " + to.Traefik},
		})
	}
	if len(pruned) > 0 {
		u.Changes = append(u.Changes, verdict.Change{
			Subject: "the cluster",
			Text:    "lost the objects that the bundle no longer has", Evidence: pruned,
		})
	}
	return u
}

// naming is how the external-dns of a bundle names its ownership records.
func (e *edge) naming(of *bundle.Bundle) externaldns.Naming {
	target, err := testbed.Target(of, e.Testbed.Apps)
	if err != nil {
		return e.change.target.TXT
	}
	return target.TXT
}

// stuck returns why a version did not become ready: where it stopped, and which criteria it does not meet by
// its own target.
func (e *edge) stuck(ctx context.Context, to Version) []string {
	if e.Testbed.Stuck == "" {
		return nil
	}
	broken := []string{"the bundle does not become ready: " + e.Testbed.Stuck}
	target, err := testbed.Target(to.Bundle, e.Testbed.Apps)
	if err != nil {
		return append(broken, err.Error())
	}
	for _, family := range []criteria.Family{criteria.SafeWorkflow, criteria.DoneWhen} {
		for _, c := range criteria.Of(family) {
			if j := e.Judge(ctx, c.ID, target); !j.Met {
				broken = append(broken, j.String())
			}
		}
	}
	return broken
}

// createForeignRecord puts a record of another cluster into the zone, which this cluster must not touch.
func (e *edge) createForeignRecord(ctx context.Context) {
	GinkgoHelper()
	zone := e.change.target.Zones[0]
	const registry = `"heritage=external-dns,external-dns/owner=other-cluster,` +
		`external-dns/resource=ingress/elsewhere/app"`
	for _, r := range []api.RecordDraft{
		{Name: "neighbour." + zone, Type: "A", Content: "198.51.100.7"}, // TEST-NET-2, RFC 5737
		{Name: e.change.target.TXT.Name("neighbour."+zone, "A"), Type: "TXT", Content: registry},
	} {
		_, err := e.Testbed.Internet.PutRecord(ctx, zone, r)
		Expect(err).NotTo(HaveOccurred())
	}
}

// issueNearExpiry makes a route whose certificate is due for renewal when the time has passed, long before it ends.
func (e *edge) issueNearExpiry(ctx context.Context, name string, in time.Duration) judge.Route {
	GinkgoHelper()
	back, err := e.shortValidity(ctx, in)
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(back(context.WithoutCancel(ctx))).To(Succeed()) }()
	route, err := e.probeRoute(ctx, name)
	Expect(err).NotTo(HaveOccurred())
	e.expectMet(ctx, criteria.Works, e.only(route), e.Budgets.CertificateIssued)
	return route
}

// sabotages tries candidates that are spoilt, each from the baseline and back: every one must be blocked, for
// the expected reason.
func (e *edge) sabotages(list []upgrade.Sabotage) {
	for n, s := range list {
		It("blocked: "+s.Title, Label("sabotage"), func(ctx SpecContext) {
			if n == 0 {
				e.verifyBaseline(ctx)
			}
			e.createForeignRecord(ctx)
			dir := GinkgoT().TempDir()
			Expect(s.Write(e.config.Candidate.Path, dir)).To(Succeed())
			spoiled, err := e.config.Render(ctx, dir)
			Expect(err).NotTo(HaveOccurred())
			e.change.candidate, e.change.newRoute = Version{spoiled, e.config.Candidate.Traefik}, s.ID
			routes := slices.Clone(e.change.routes)

			u := e.try(ctx, verdict.Forward, e.change.baseline, e.change.candidate)
			u.Lost = append(u.Lost, upgrade.Dropped(u.Changes)...)
			_, err = e.Testbed.Change(ctx, e.change.baseline.Bundle, e.change.baseline.Traefik)
			Expect(err).NotTo(HaveOccurred())
			Expect(e.Testbed.Stuck).To(BeEmpty(), "the baseline does not become ready again")
			Expect(e.Testbed.RemoveRoute(ctx, e.probeVariables(s.ID))).To(Succeed())
			e.change.routes, e.change.renewing = routes, judge.Route{}
			e.expectMet(ctx, criteria.Works, e.change.target, e.Budgets.Recovered)

			objections := strings.Join(u.Objections(), "\n")
			AddReportEntry(report.EntryEvidence, u.Objections(), ReportEntryVisibilityNever)
			Expect(u.Unfinished).To(BeEmpty())
			Expect(objections).To(ContainSubstring(s.Objection), s.Story)
		})
	}
}
