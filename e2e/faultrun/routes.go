package faultrun

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/testbed"
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

// MakeRoutes starts to make the routes that the faults break, some at a time, while other specs run: their
// records and certificates are then there when they are needed. It returns when the application that they share
// runs.
func (r *Runner) MakeRoutes(ctx context.Context, list []fault.Fault) error {
	if len(list) == 0 {
		return nil
	}
	var err error
	if r.application, err = r.Testbed.MakeApplication(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	m := &making{stop: cancel, routes: map[string]*made{}}
	var first []fault.Fault // of each route
	for _, f := range list {
		if id := routeOf(f); f.Route == fault.RouteBefore && m.routes[id] == nil {
			m.routes[id] = &made{done: make(chan struct{})}
			first = append(first, f)
		}
	}
	r.making = m
	go func() {
		var some errgroup.Group
		some.SetLimit(startingRoutes)
		for _, f := range first {
			some.Go(func() error {
				route := m.routes[routeOf(f)]
				defer close(route.done)
				route.err = r.makeRoute(ctx, f)
				if route.err == nil && !f.Issue && r.RouteApplied != nil {
					r.RouteApplied(ctx, r.targetOf(f).Routes[0])
				}
				return nil // who waits for the route gets the error
			})
		}
	}()
	return nil
}

// routeMade waits until the route of a fault was made.
func (r *Runner) routeMade(ctx context.Context, f fault.Fault) error {
	route := r.making.routes[routeOf(f)]
	select {
	case <-route.done:
		return route.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// RemoveRoutes deletes the faults' routes; nothing waits for their end.
func (r *Runner) RemoveRoutes(ctx context.Context, list []fault.Fault) error {
	if r.making == nil {
		return nil // none were made
	}
	r.making.stop()
	for _, route := range r.making.routes {
		<-route.done
	}
	var err error
	removed := map[string]bool{}
	for _, f := range list {
		if id := routeOf(f); !removed[id] {
			removed[id] = true
			err = errors.Join(err, r.Testbed.RemoveRoute(ctx, r.Variables(f)))
		}
	}
	return err
}

func (r *Runner) makeRoute(ctx context.Context, f fault.Fault) error {
	variables := r.Variables(f)
	var restored *corev1.Secret
	if !f.Issue {
		var err error
		restored, err = r.injector.Restore(ctx, fault.Certificate{ //nolint:gosec // names, no secret
			Namespace: variables["namespace"], Secret: "frontend-tls", Names: []string{variables["host"]},
			Certificate: "frontend-tls", Issuer: variables["production_issuer"],
		})
		if err != nil {
			return err
		}
	}
	options := testbed.RouteOptions{Own: f.Application == fault.Own, Restored: restored}
	if f.Delivered != "" {
		options.Deliver = func(ctx context.Context) error { return r.deliver(ctx, f) }
	}
	route, err := r.Testbed.MakeRoute(ctx, variables, options)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.routes[routeOf(f)] = route
	return nil
}

// Variables are what ${…} stands for in a fault and its route.
func (r *Runner) Variables(f fault.Fault) map[string]string {
	return testbed.FaultVariables(routeOf(f), r.Target, r.ExternalDNS, r.application)
}

// applicationOf names the namespace in which the application of a fault's route runs.
func (r *Runner) applicationOf(f fault.Fault) string {
	if f.Application == fault.Own {
		return r.Variables(f)["namespace"]
	}
	return testbed.ApplicationNamespace
}

// targetOf is what is judged of a fault: its own route, once that exists; before, the bundle's.
func (r *Runner) targetOf(f fault.Fault) judge.Target {
	r.mu.Lock()
	defer r.mu.Unlock()
	target := r.Target
	if route, ok := r.routes[routeOf(f)]; ok {
		target.Routes = []judge.Route{route}
	}
	return target
}

// Application is the address of the application that the faults' routes share; empty before MakeRoutes.
func (r *Runner) Application() string { return r.application }
