package facts

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
)

// atOnce bounds the requests under way. The API server and two cores are shared with the thing that is looked at.
const atOnce = 8

// askedAtOnce bounds the hosts that are looked up at the same time: most of that time is waiting for answers.
const askedAtOnce = 64

// Scope says what to look at. The zero Scope is everything. A narrow one costs only what it names, and may be
// collected every second.
type Scope struct {
	// Parts to collect; empty means all. What a part needs is added.
	Parts []Part
	// Namespaces to look into; empty means all.
	Namespaces []string
	// Hosts to resolve and probe, in addition to those of the Ingresses found.
	Hosts []string
	// Paths to probe by host, where the application is known to answer; unless given the first of the Ingress's
	// rules, and "/" where they match any. Probe.Assumed is then true.
	Paths map[string]string
	// Controller is the Service of the ingress controller, whose address the raw-IP probe uses; Traefik's own
	// unless set. Without an address there, the one that the Ingress reports is used.
	Controller types.NamespacedName
	// Since bounds logs and journal to the last so much time; 10 minutes unless set.
	Since time.Duration
	// Patience bounds one probe; 5 seconds unless set.
	Patience time.Duration
}

// Collect looks once. What could not be read is in the snapshot's Errors. It returns when its context ends at
// the latest.
func Collect(ctx context.Context, from Sources, scope Scope) *Snapshot {
	if scope.Since == 0 {
		scope.Since = 10 * time.Minute
	}
	if scope.Patience == 0 {
		scope.Patience = 5 * time.Second
	}
	c := &collection{
		from: from, scope: scope, secrets: newRedactor(),
		s: &Snapshot{Format: Format, Time: time.Now().UTC(), Parts: complete(scope), Within: slices.Clone(scope.Namespaces)},
	}
	// the objects say which hosts to probe, whose logs to read, and where credentials are
	c.run(ctx, atOnce, c.kubernetes())
	c.run(ctx, atOnce, c.configMaps())
	c.run(ctx, atOnce, c.tokens())
	c.run(ctx, askedAtOnce, c.beyond())
	c.order()
	c.unmark()
	c.secrets.clean(c.s)
	c.s.Millis = float64(time.Since(c.s.Time).Microseconds()) / 1000
	return c.s
}

// collection is a snapshot in the making.
type collection struct {
	from    Sources
	scope   Scope
	secrets *redactor

	mu          sync.Mutex // over what follows
	s           *Snapshot
	credentials []Credential // that were tried
}

// task reads one thing and keeps what it found.
type task func(ctx context.Context)

func (c *collection) run(ctx context.Context, most int, tasks []task) {
	var group errgroup.Group
	group.SetLimit(most)
	for _, t := range tasks {
		group.Go(func() error {
			t(ctx)
			return nil
		})
	}
	_ = group.Wait() // tasks note their errors themselves
}

// fail notes an error as a fact.
func (c *collection) fail(part Part, object string, err error) {
	c.keep(func(s *Snapshot) {
		e := Error{Part: part, Object: object, Message: err.Error()}
		if reason := apierrors.ReasonForError(err); reason != "" {
			e.Reason = string(reason)
		}
		s.Errors = append(s.Errors, e)
	})
}

func (c *collection) keep(change func(*Snapshot)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c.s)
}

// unmark removes the fingerprints of values that are no credential of the edge: they are never compared, and
// that of a short value reveals the value to whoever guesses it.
func (c *collection) unmark() {
	credentials := map[entry]bool{}
	for _, n := range namings(c.s) {
		credentials[n.entry] = true
	}
	for i := range c.s.Secrets {
		secret := &c.s.Secrets[i]
		for k := range secret.Keys {
			if !credentials[entryOf(secret.Namespace, secret.Name, secret.Keys[k].Name)] {
				secret.Keys[k].Fingerprint = ""
			}
		}
	}
}

// order sorts what arrived in the order of its arrival, so that equal worlds give equal snapshots.
func (c *collection) order() {
	s := c.s
	slices.SortFunc(s.Errors, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Part, b.Part), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Message, b.Message))
	})
	slices.SortFunc(s.Tokens, func(a, b Token) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Secret, b.Secret), cmp.Compare(a.Key, b.Key),
			cmp.Compare(len(a.UsedBy), len(b.UsedBy)))
	})
	slices.SortStableFunc(s.Zones, func(a, b Zone) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Logs, func(a, b Log) int {
		previous := 0
		switch {
		case a.Previous && !b.Previous:
			previous = -1
		case b.Previous && !a.Previous:
			previous = 1
		}
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Pod, b.Pod),
			cmp.Compare(a.Container, b.Container), previous)
	})
	if s.Has(Delivery) {
		noteChanges(s)
	}
	sortObjects(s)
	sortDelivered(&s.Delivered)
}
