package e2e_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// trace names what there is of a route: the objects in its namespace that last, and the records at the provider.
func (e *edge) trace(ctx context.Context, target judge.Target) ([]string, error) {
	v, there := e.views.Look(ctx)
	if !there {
		return nil, fmt.Errorf("look at %s: %w", strings.Join(target.Hosts(), ", "), context.Cause(ctx))
	}
	namespace, s := target.Routes[0].Ingress.Namespace, v.facts
	var out []string
	note := func(kind string, o metav1.Object) {
		if o.GetNamespace() == namespace {
			out = append(out, kind+" "+o.GetName())
		}
	}
	for i := range s.Deployments {
		note("Deployment", &s.Deployments[i])
	}
	for i := range s.Services {
		note("Service", &s.Services[i])
	}
	for i := range s.Ingresses {
		note("Ingress", &s.Ingresses[i])
	}
	for i := range s.Secrets {
		note("Secret", &s.Secrets[i])
	}
	for i := range s.Issuers {
		note("Issuer", &s.Issuers[i])
	}
	for i := range s.Certificates {
		note("Certificate", &s.Certificates[i])
	}
	for i := range s.Challenges {
		note("Challenge", &s.Challenges[i])
	}
	host := target.Routes[0].Hosts[0]
	registry := []string{host, "a-" + host, "aaaa-" + host, "cname-" + host} // external-dns's own marks among them
	for _, zone := range s.Zones {
		for _, r := range zone.Records {
			if slices.Contains(registry, r.Name) || strings.HasSuffix(r.Name, "."+host) {
				out = append(out, fmt.Sprintf("record %s %s %s", r.Name, r.Type, r.Content))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// settled is the trace of a route that nothing is at work on: external-dns writes its own mark after the record, and cert-manager may
// issue anew what was restored while it was not looking.
func (e *edge) settled(ctx context.Context, target judge.Target) ([]string, error) {
	var trace []string
	_, err := await.Until(ctx, e.budgets.Healed, "rest of "+strings.Join(target.Hosts(), ", "), func(ctx context.Context) await.Answer {
		now, err := e.trace(ctx, target)
		if err != nil {
			return await.Wait("%v", err)
		}
		owned := false
		for _, x := range now {
			if strings.HasPrefix(x, "Challenge ") || strings.HasPrefix(x, "record _acme-challenge.") {
				return await.Wait("there is %s", x)
			}
			owned = owned || strings.Contains(x, "heritage=external-dns")
		}
		if first, known := e.firstTrace(target); known {
			if differ := differences(first, now); len(differ) > 0 { // what a fault before this one has left is on its way out
				return await.Wait("%s", strings.Join(differ, "; "))
			}
		}
		if !owned {
			return await.Wait("external-dns has not marked its record yet")
		}
		trace = now
		return await.Done("at rest")
	})
	if err == nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.traces[target.Routes[0].Hosts[0]] = trace
	}
	return trace, err
}

func (e *edge) firstTrace(target judge.Target) ([]string, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	trace, known := e.traces[target.Routes[0].Hosts[0]]
	return trace, known
}

// differences says what of a trace is new and what is missing.
func differences(before, now []string) []string {
	var out []string
	for _, x := range now {
		if !slices.Contains(before, x) {
			out = append(out, "left behind: "+x)
		}
	}
	for _, x := range before {
		if !slices.Contains(now, x) {
			out = append(out, "missing: "+x)
		}
	}
	return out
}

// syncQuiet is how long external-dns has done nothing to the records when its sync is over: its calls follow each other closely.
const syncQuiet = 3 * time.Second

// syncFar waits until no sync of external-dns is at work or near, by when it last touched and last read the records of a zone: half an
// interval must be left to see what the next sync repairs, and what it stumbles over must not meet one.
func (e *edge) syncFar(ctx context.Context) error {
	var (
		after uint64
		read  time.Time // when external-dns last read the records, and so began a sync
		busy  time.Time // when it last did anything to them
	)
	_, err := await.Until(ctx, e.budgets.SyncFaultVisible, "time before external-dns's next sync", func(ctx context.Context) await.Answer {
		asked, err := e.scene.Internet.Journal(ctx, journal.Filter{After: after, Source: journal.API, Contains: "/dns_records"})
		if err != nil {
			return await.Wait("%v", err)
		}
		after = asked.Last
		for _, entry := range asked.Entries {
			if strings.Contains(entry.Detail["agent"], "cert-manager") {
				continue
			}
			busy = entry.Time
			if strings.HasPrefix(entry.Op, "GET ") {
				read = entry.Time
			}
		}
		switch ago := time.Since(read).Round(time.Second); {
		case read.IsZero():
			return await.Wait("nobody has read the records")
		case time.Since(busy) < syncQuiet:
			return await.Wait("the sync may still be at work: the records were last touched at %s", busy.UTC().Format(time.TimeOnly))
		case ago >= await.SyncInterval/2:
			return await.Wait("they were last read %s ago, and will soon be read again", ago)
		}
		return await.Done("read at %s", read.UTC().Format(time.TimeOnly))
	})
	return err
}

// traceless waits until a fault has left nothing behind, and taken nothing away.
func (e *edge) traceless(ctx context.Context, target judge.Target, before []string) error {
	_, err := await.Until(ctx, e.budgets.Healed, "nothing left behind", func(ctx context.Context) await.Answer {
		now, err := e.trace(ctx, target)
		if err != nil {
			return await.Wait("%v", err)
		}
		if differ := differences(before, now); len(differ) > 0 {
			return await.Wait("%s", strings.Join(differ, "; "))
		}
		return await.Done("as before")
	})
	return err
}
