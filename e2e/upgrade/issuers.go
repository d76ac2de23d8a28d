package upgrade

import (
	"context"
	"fmt"
	"sync"
	"time"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// lookInterval is the time between two looks at the issuers. A change between two looks shows in the time of
// the condition's last transition, and in the object's uid.
const lookInterval = time.Second

// Watch looks at ClusterIssuers until it is stopped, and keeps the times in which one was not ready.
type Watch struct {
	cluster client.Reader
	names   []string
	began   time.Time

	stop context.CancelFunc
	done chan struct{}

	mu     sync.Mutex
	last   map[string]look
	open   map[string]*verdict.Lapse
	lapses []*verdict.Lapse
}

// look is one look at an issuer.
type look struct {
	uid   types.UID
	since time.Time // the last transition of its condition
	ready bool
	state string
}

// StartWatch begins to look at the issuers, now and at every interval.
func StartWatch(ctx context.Context, cluster client.Reader, names []string, every time.Duration) *Watch {
	w := &Watch{
		cluster: cluster, names: names, began: time.Now(), done: make(chan struct{}), last: map[string]look{},
		open: map[string]*verdict.Lapse{},
	}
	ctx, w.stop = context.WithCancel(ctx)
	w.lookAtAll(ctx)
	go func() {
		defer close(w.done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				w.lookAtAll(ctx)
			}
		}
	}()
	return w
}

func (w *Watch) lookAtAll(ctx context.Context) {
	for _, name := range w.names {
		now, ok := lookAt(ctx, w.cluster, name)
		if !ok || ctx.Err() != nil {
			continue
		}
		w.note(name, now, time.Now())
	}
}

// lookAt reads an issuer. An API server that does not answer gives no state.
func lookAt(ctx context.Context, cluster client.Reader, name string) (look, bool) {
	var issuer certmanagerv1.ClusterIssuer
	err := cluster.Get(ctx, types.NamespacedName{Name: name}, &issuer)
	switch {
	case apierrors.IsNotFound(err), meta.IsNoMatchError(err):
		return look{state: "it does not exist"}, true
	case err != nil:
		return look{}, false
	}
	now := look{uid: issuer.UID, state: "it has no condition Ready"}
	for _, c := range issuer.Status.Conditions {
		if c.Type != certmanagerv1.IssuerConditionReady {
			continue
		}
		now.ready, now.state = c.Status == cmmeta.ConditionTrue, fmt.Sprintf("%s: %s", c.Reason, c.Message)
		if c.LastTransitionTime != nil {
			now.since = c.LastTransitionTime.Time
		}
	}
	return now, true
}

func (w *Watch) note(name string, now look, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	was, seen := w.last[name]
	w.last[name] = now
	open := w.open[name]
	switch {
	case !now.ready && open == nil:
		open = &verdict.Lapse{Issuer: "ClusterIssuer " + name, At: verdict.Seconds(at.Sub(w.began)), Message: now.state}
		w.open[name] = open
		w.lapses = append(w.lapses, open)
	case now.ready && open == nil && seen && was.ready && (was.uid != now.uid || !was.since.Equal(now.since)):
		w.lapses = append(w.lapses, &verdict.Lapse{
			Issuer: "ClusterIssuer " + name, At: verdict.Seconds(at.Sub(w.began)),
			Message: "between two looks: it was created again, or its condition left Ready and came back",
		})
	}
	if open != nil {
		open.Seconds = verdict.Seconds(at.Sub(w.began)) - open.At
		if now.ready {
			delete(w.open, name)
		}
	}
}

// Stop ends the watch and returns the lapses, at seconds since it began.
func (w *Watch) Stop() []verdict.Lapse {
	w.stop()
	<-w.done
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]verdict.Lapse, 0, len(w.lapses))
	for _, l := range w.lapses {
		out = append(out, *l)
	}
	return out
}
