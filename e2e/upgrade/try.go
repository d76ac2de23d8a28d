package upgrade

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// World is what is watched.
type World struct {
	Cluster  client.Reader
	Provider Provider
	External ExternalClient
}

// Plan is one change and what is to be watched of it.
type Plan struct {
	Direction verdict.Direction
	From, To  verdict.Content
	Hosts     []string // probed by the external client; each works
	Issuers   []string // ClusterIssuers that must stay ready
	// TXT is how external-dns names its ownership records before the change.
	TXT externaldns.Naming
	// Renewing is a Certificate whose renewal is due after the change, at RenewingHost; none is waited for where
	// it has no name.
	Renewing     types.NamespacedName
	RenewingHost string
	// Change applies the change, and returns why the bundle does not become ready, where it does not.
	Change func(ctx context.Context) (broken []string, err error)
	// Afterwards tries what must work after the change, and returns what does not.
	Afterwards func(ctx context.Context) (broken []string, owners []verdict.OwnerChange, err error)

	Renewal await.Budget  // from the moment at which the renewal is due
	Every   time.Duration // between two probes; Interval unless it is set
}

// Try changes the bundle while an external client keeps probing, and returns the effects. It returns no error:
// the reason for an unfinished change is in the evidence.
func (w World) Try(ctx context.Context, plan Plan) verdict.Upgrade {
	u := verdict.Upgrade{
		Direction: plan.Direction, From: plan.From, To: plan.To, Started: time.Now().UTC(), ErrorBudget: verdict.ErrorBudget,
		Probes: []verdict.Probe{}, Points: []verdict.ProbePoint{}, Recreated: []verdict.Recreated{},
		Owners:   []verdict.OwnerChange{},
		Reissued: []verdict.Reissued{}, Lapses: []verdict.Lapse{}, Lost: []string{}, Changes: []verdict.Change{},
		Renewal: verdict.Renewal{Certificate: nameOf(plan.Renewing), Reason: "it was not waited for"},
	}
	if err := w.try(ctx, plan, &u); err != nil {
		u.Unfinished = err.Error()
	}
	return u
}

func nameOf(certificate types.NamespacedName) string {
	if certificate.Name == "" {
		return ""
	}
	return "Certificate " + certificate.String()
}

func (w World) try(ctx context.Context, plan Plan, u *verdict.Upgrade) error {
	before, err := Look(ctx, w.Cluster, w.Provider)
	if err != nil {
		return fmt.Errorf("look at what is kept before the change: %w", err)
	}
	if was, there := before.Certificates[plan.Renewing]; plan.Renewing.Name != "" && (!there || was.Renewal.IsZero()) {
		return fmt.Errorf("%s is not issued, or has no time of renewal", u.Renewal.Certificate)
	}
	if plan.Every == 0 {
		plan.Every = Interval
	}
	probing, err := StartProbing(ctx, w.External, plan.Hosts, plan.Every)
	if err != nil {
		return err
	}
	u.Started = time.Now().UTC()
	watch := StartWatch(ctx, w.Cluster, plan.Issuers, lookInterval)
	u.Compared.Issuers = len(plan.Issuers)

	err = w.change(ctx, plan, before, probing, u)
	u.Lapses = watch.Stop()
	probing.Stop()
	u.Probes, u.Points = probing.Results(u.Started)
	if unsent := probing.Unsent(); len(unsent) > 0 && err == nil &&
		float64(len(unsent)) > verdict.ErrorBudget*float64(sent(u)) {
		err = fmt.Errorf("%d probes could not be sent, the first for %s", len(unsent), unsent[0])
	}
	after, lookErr := Look(ctx, w.Cluster, w.Provider)
	if lookErr != nil {
		return errors.Join(err, fmt.Errorf("look at what is kept after the change: %w", lookErr))
	}
	entries, lookErr := w.Provider.Journal(ctx, api.JournalFilter{After: before.Seq})
	switch {
	case lookErr != nil:
		return errors.Join(err, fmt.Errorf("read the journal of the change: %w", lookErr))
	case entries.Dropped > before.Seq:
		return errors.Join(err, errors.New("the journal has dropped entries of the change: deletions may be among them"))
	}
	Compare(u, plan.TXT, before, after, entries.Entries)
	return err
}

func sent(u *verdict.Upgrade) int {
	n := 0
	for _, p := range u.Probes {
		n += p.Sent
	}
	return n
}

// change applies the change, tries what must work afterwards, and waits for the renewal.
func (w World) change(ctx context.Context, plan Plan, before State, probing *Probing, u *verdict.Upgrade) error {
	broken, err := plan.Change(ctx)
	u.Seconds = verdict.Seconds(time.Since(u.Started))
	if err != nil {
		return fmt.Errorf("change the bundle: %w", err)
	}
	if len(broken) > 0 {
		u.Broken = append(u.Broken, broken...) // nothing more is waited for: it is clear that this must not be promoted
		u.Renewal.Reason = "it was not waited for, since the bundle did not become ready"
		return nil
	}
	if plan.Afterwards != nil {
		broken, owners, err := plan.Afterwards(ctx)
		u.Broken = append(u.Broken, broken...)
		u.Owners = append(u.Owners, owners...)
		if err != nil {
			return fmt.Errorf("try the edge after the change: %w", err)
		}
		if len(broken) > 0 {
			u.Renewal.Reason = "it was not waited for, since the edge was found broken"
			return nil
		}
	}
	if plan.Renewing.Name == "" {
		return nil
	}
	return w.renewal(ctx, plan, before.Certificates[plan.Renewing], probing, u)
}

// renewal waits until the certificate is renewed and an external client has received the new leaf.
func (w World) renewal(ctx context.Context, plan Plan, was Certificate, probing *Probing, u *verdict.Upgrade) error {
	r := &u.Renewal
	r.SerialBefore, r.Reason = was.Serial, ""
	ready := u.Started.Add(time.Duration(u.Seconds * float64(time.Second)))
	if was.Renewal.Before(ready) {
		return fmt.Errorf("the renewal of %s was due at %s, before the bundle was ready at %s: it proves nothing about the "+
			"bundle after the change",
			r.Certificate, was.Renewal.UTC().Format(time.TimeOnly), ready.Format(time.TimeOnly))
	}
	budget := plan.Renewal
	budget.Timeout += max(0, time.Until(was.Renewal))
	_, err := await.Until(ctx, budget, "renewal of "+r.Certificate, func(ctx context.Context) await.Answer {
		issued, err := certificates(ctx, w.Cluster)
		if err != nil {
			return await.Wait("%v", err)
		}
		now := issued[plan.Renewing]
		if now.Serial == was.Serial {
			return await.Wait("it still has the serial %s; its renewal is due at %s", was.Serial,
				was.Renewal.UTC().Format(time.TimeOnly))
		}
		r.Done, r.SerialAfter = true, now.Serial
		met := probing.Met(plan.RenewingHost, now.Serial)
		if met.IsZero() {
			return await.Wait("it is renewed, but no external client has received the new leaf yet")
		}
		r.Served, r.Seconds = true, verdict.Seconds(met.Sub(was.Renewal))
		return await.Done("served")
	})
	var late *await.Error
	if errors.As(err, &late) && ctx.Err() == nil {
		r.Reason = late.Error()
		return nil
	}
	return err
}
