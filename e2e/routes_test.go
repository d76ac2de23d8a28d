package e2e_test

import (
	"context"
	"errors"
	"slices"

	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// sharedRoute is the route of the faults that run alone: one after the other they need only one.
const sharedRoute = "alone"

// startingRoutes is how many routes start at once: they must not starve what is judged meanwhile.
const startingRoutes = 4

// routeOf names the route that a fault breaks.
func routeOf(f fault.Fault) string {
	if f.Alone && f.Route == fault.RouteBefore && !f.Issue && f.Application != fault.Own {
		return sharedRoute
	}
	return f.ID
}

// making is the routes under way, by id.
type making struct {
	stop   context.CancelFunc
	routes map[string]*made
}

// made is how making a route ended; err is to be read once done is closed.
type made struct {
	done chan struct{}
	err  error
}

// makeRoutes makes the routes that faults will break, some at a time, while other specs run: their records and
// certificates are then there when they are needed. The faults of the small catalogue begin with it.
func (e *edge) makeRoutes(ctx context.Context, list []fault.Fault) {
	if !slices.ContainsFunc(list, planned) {
		return
	}
	var err error
	e.application, err = e.scene.MakeApplication(ctx)
	Expect(err).NotTo(HaveOccurred())
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	m := &making{stop: cancel, routes: map[string]*made{}}
	var first []fault.Fault // of each route
	for _, f := range list {
		if id := routeOf(f); f.Route == fault.RouteBefore && planned(f) && m.routes[id] == nil {
			m.routes[id] = &made{done: make(chan struct{})}
			first = append(first, f)
		}
	}
	e.making = m
	go func() {
		var some errgroup.Group
		some.SetLimit(startingRoutes)
		for _, f := range first {
			some.Go(func() error {
				route := m.routes[routeOf(f)]
				defer close(route.done)
				route.err = e.makeRoute(ctx, f)
				if route.err == nil && !f.Issue {
					e.timeRoute(ctx, e.targetOf(f).Routes[0])
				}
				return nil // whoever waits for the route is told
			})
		}
	}()
	if e.stage.Catalogue == verdict.Smoke {
		e.side.start(e, list) //nolint:contextcheck // it goes on beyond the spec that starts it, and has an end of its own
	}
}

// routeMade waits until the route of a fault was made.
func (e *edge) routeMade(ctx context.Context, f fault.Fault) error {
	route := e.making.routes[routeOf(f)]
	select {
	case <-route.done:
		return route.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// removeRoutes takes the faults' routes away; nothing waits for their end.
func (e *edge) removeRoutes(ctx context.Context, list []fault.Fault) {
	if e.making == nil {
		return // none were made
	}
	e.making.stop()
	for _, route := range e.making.routes {
		<-route.done
	}
	var err error
	removed := map[string]bool{}
	for _, f := range list {
		if id := routeOf(f); planned(f) && !removed[id] {
			removed[id] = true
			err = errors.Join(err, e.scene.RemoveRoute(ctx, e.variables(f)))
		}
	}
	Expect(err).NotTo(HaveOccurred())
}

func (e *edge) makeRoute(ctx context.Context, f fault.Fault) error {
	variables := e.variables(f)
	var restored *corev1.Secret
	if !f.Issue {
		var err error
		restored, err = e.injector.Restore(ctx, fault.Certificate{
			Namespace: variables["namespace"], Secret: "frontend-tls", Names: []string{variables["host"]},
			Certificate: "frontend-tls", Issuer: variables["production_issuer"],
		})
		if err != nil {
			return err
		}
	}
	route, err := e.scene.MakeRoute(ctx, variables, testbed.RouteOptions{Own: f.Application == fault.Own, Restored: restored})
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.routes[routeOf(f)] = route
	return nil
}

func (e *edge) variables(f fault.Fault) map[string]string {
	return testbed.FaultVariables(routeOf(f), e.target, e.externalDNS, e.application)
}

// applicationOf names the namespace in which the application of a fault's route runs.
func (e *edge) applicationOf(f fault.Fault) string {
	if f.Application == fault.Own {
		return e.variables(f)["namespace"]
	}
	return testbed.ApplicationNamespace
}

// targetOf is what is judged of a fault: its own route, once that exists; before, the bundle's.
func (e *edge) targetOf(f fault.Fault) judge.Target {
	e.mu.Lock()
	defer e.mu.Unlock()
	target := e.target
	if route, ok := e.routes[routeOf(f)]; ok {
		target.Routes = []judge.Route{route}
	}
	return target
}
