package suite

import (
	"context"
	"errors"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

// judges reports whether a criterion can be judged on this test environment: delivery where an engine delivers.
func (c Config) judges(of criteria.Criterion) bool {
	return of.Family() != criteria.Delivery || c.delivers()
}

// delivers reports whether a GitOps engine is there to be judged. The tree alone, without a cluster, has its specs too.
func (c Config) delivers() bool { return c.Testbed == nil || c.Testbed.Engine != nil }

// needsEngine prepares what a criterion of delivery is judged by, and skips what this cluster cannot show.
func (e *edge) needsEngine(ctx context.Context, c criteria.Criterion) {
	switch c.ID {
	case criteria.FromNothing:
		if !e.Testbed.NewToEngine {
			Skip("the cluster was not new: the engine had delivered to it before; remove it with `make down`")
		}
	case criteria.Promotes:
		e.promote(ctx)
	}
}

// promote has the engine take over a new revision, and go back.
func (e *edge) promote(ctx context.Context) {
	t := e.Testbed
	if t.Stuck != "" {
		e.Promoted("", "no revision to go on from: "+t.Stuck)
		return
	}
	p, err := t.Engine.Promote(ctx, t.Bundle)
	var late *await.Error
	if err != nil && (!errors.As(err, &late) || ctx.Err() != nil) {
		Expect(err).NotTo(HaveOccurred(), "a new revision of the bundle")
	}
	if err != nil {
		e.Promoted("", err.Error())
		return
	}
	t.Delivered = p.After
	e.Promoted(fmt.Sprintf("%s: brought %s with %s after %s, and pruned it with %s after %s", p.By, p.Object,
		flux.ShortRevision(p.Revision), p.Applied.Round(time.Second/10), flux.ShortRevision(p.After.Revision),
		p.Pruned.Round(time.Second/10)), "")
}
