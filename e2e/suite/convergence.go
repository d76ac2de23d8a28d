package suite

import (
	"context"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/convergence"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// watchful is how often somebody looks who measures a time.
const watchful = time.Second / 10

// timeRoute measures beside everything else how long a route takes that was made just now, until its
// application answers through the ingress controller. DNS and certificate have times of their own, so neither
// is waited for.
func (e *edge) timeRoute(ctx context.Context, route judge.Route) {
	made, measured := time.Now(), make(chan verdict.Time, 1)
	e.mu.Lock()
	first := e.toRoute == nil
	if first {
		e.toRoute = measured
	}
	e.mu.Unlock()
	if !first {
		return
	}
	budget := e.Budgets.RouteHealthy
	budget.Interval = watchful
	go func() {
		defer close(measured)
		_, err := await.Until(ctx, budget, "first answer of "+route.Hosts[0], func(ctx context.Context) await.Answer {
			var seen probe.Report
			err := e.Testbed.Internet.Probe(ctx, probe.Request{
				URL: "https://" + route.Hosts[0] + "/", Address: testbed.PublicAddress, Insecure: true,
			}, &seen)
			switch {
			case err != nil:
				return await.Wait("%v", err)
			case seen.HTTP == nil || seen.HTTP.Status != 200 || !strings.Contains(seen.HTTP.Body, route.Marker):
				return await.Wait("its application does not answer yet")
			}
			return await.Done("it answers")
		})
		if err == nil {
			measured <- verdict.Time{To: verdict.ToRoute, Seconds: verdict.Seconds(time.Since(made))}
		}
	}()
}

// recordTimes hands to the verdict how long the target's records and certificates took, and the first route.
func (e *edge) recordTimes(ctx context.Context) {
	times := convergence.Of(facts.Collect(ctx, e.Sources, criteria.Scope(e.Target, criteria.Works)), e.Target)
	e.mu.Lock()
	toRoute := e.toRoute
	e.mu.Unlock()
	if toRoute != nil {
		select {
		case t, measured := <-toRoute:
			if measured {
				times = append(times, t)
			}
		case <-ctx.Done():
		}
	}
	for _, t := range times {
		AddReportEntry(report.EntryTime, t, ReportEntryVisibilityNever)
	}
}
