package suite

import (
	"context"
	"fmt"
	"time"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// probeNewRoute makes a route after a change: what there is already may go on working long after nothing new
// does. It returns what of it does not work, and whose record it got. Its certificate is the one whose renewal
// is due after a rollback.
func (e *edge) probeNewRoute(ctx context.Context, name string) (broken []string, owners []verdict.OwnerChange,
	err error,
) {
	if e.change.newRoute != "" {
		name = e.change.newRoute
	}
	back, err := e.shortValidity(ctx, renewalAfterRollback)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if failed := back(context.WithoutCancel(ctx)); err == nil {
			err = failed
		}
	}()
	route, err := e.probeRoute(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	defer e.Watch(route.Hosts...)()
	target, host := e.only(route), route.Hosts[0]
	if reason := e.unmetWithin(ctx, criteria.IssuersReady, target, e.Budgets.IssuerReady); reason != "" {
		return []string{reason}, nil, nil
	}
	owner, ownership := "", e.naming(e.Testbed.Bundle).Name(host, "A")
	_, err = await.Until(ctx, e.Budgets.RecordWritten, "record of "+host, func(ctx context.Context) await.Answer {
		records, err := e.Testbed.Internet.Records(ctx, target.Zones[0], api.RecordFilter{Name: ownership})
		if err != nil {
			return await.Wait("%v", err)
		}
		for _, r := range records {
			if ownership, ok := externaldns.ParseOwnership(r.Content); ok {
				owner = ownership.Owner
				return await.Done("owned by %s", owner)
			}
		}
		return await.Wait("the provider holds none that external-dns has registered")
	})
	if err != nil {
		return []string{fmt.Sprintf("%s got no record: %v; %s", host, err, e.Explain(ctx, route))}, nil, ctx.Err()
	}
	if owner != target.Owner() {
		return nil, []verdict.OwnerChange{{Name: host, Type: "A", Before: target.Owner(), After: owner}}, nil
	}
	if reason := e.unmetWithin(ctx, criteria.Works, target, e.Budgets.CertificateIssued); reason != "" {
		return []string{reason + "; " + e.Explain(ctx, route)}, nil, ctx.Err()
	}
	e.change.renewing = route
	return nil, nil, nil
}

// unmetWithin says why a criterion is not met within the budget; "" when it is.
func (e *edge) unmetWithin(ctx context.Context, id criteria.ID, target judge.Target, budget await.Budget) string {
	var last judge.Judgement
	_, err := await.Until(ctx, budget, string(id), func(ctx context.Context) await.Answer {
		last = e.Judge(ctx, id, target)
		return last.Answer()
	})
	switch {
	case err == nil:
		return ""
	case len(last.Reasons) == 0:
		return err.Error()
	}
	return last.String()
}

// shortValidity has the production CA issue certificates whose renewal is due after a time, and that end long
// after that: cert-manager renews at two thirds of a certificate's life
// (https://cert-manager.io/docs/usage/certificate/#renewal). The returned function sets the usual validity
// again.
func (e *edge) shortValidity(ctx context.Context, due time.Duration) (back func(context.Context) error, err error) {
	const life = time.Hour
	err = e.Testbed.Internet.SetValidity(ctx, "production", api.Validity{
		LifetimeSeconds: int64(life.Seconds()), BackdateSeconds: int64((life*2/3 - due).Seconds()),
	})
	if err != nil {
		return nil, fmt.Errorf("shorten the validity of certificates: %w", err)
	}
	return func(ctx context.Context) error {
		if err := e.Testbed.Internet.SetValidity(ctx, "production", api.Validity{}); err != nil {
			return fmt.Errorf("set the usual validity of certificates: %w", err)
		}
		return nil
	}, nil
}
