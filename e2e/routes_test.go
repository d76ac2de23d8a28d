package e2e_test

import (
	"context"
	"errors"
	"slices"

	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/environment"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/judge"
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

// making is the routes under way: each tells once how it ended.
type making struct {
	stop context.CancelFunc
	all  errgroup.Group
	made map[string]chan struct{}
	err  map[string]error // to be read once made is closed
}

// makeRoutes makes the routes that faults will break, some at a time, while other specs run: their records and
// certificates are then there when they are needed.
func (e *edge) makeRoutes(ctx context.Context, list []fault.Fault) {
	if !slices.ContainsFunc(list, planned) {
		return
	}
	var err error
	e.application, err = e.scene.MakeApplication(ctx)
	Expect(err).NotTo(HaveOccurred())
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	m := &making{stop: cancel, made: map[string]chan struct{}{}, err: map[string]error{}}
	m.all.SetLimit(startingRoutes)
	var first []fault.Fault // of each route
	for _, f := range list {
		if id := routeOf(f); f.Route == fault.RouteBefore && planned(f) && m.made[id] == nil {
			m.made[id] = make(chan struct{})
			first = append(first, f)
		}
	}
	e.making = m
	go func() {
		for _, f := range first {
			m.all.Go(func() error {
				id := routeOf(f)
				defer close(m.made[id])
				err := e.makeRoute(ctx, f)
				if err == nil && !f.Issue {
					e.timeRoute(e.targetOf(f).Routes[0])
				}
				e.mu.Lock()
				defer e.mu.Unlock()
				m.err[id] = err
				return nil
			})
		}
	}()
}

// routeMade waits until the route of a fault was made.
func (e *edge) routeMade(ctx context.Context, f fault.Fault) error {
	id := routeOf(f)
	select {
	case <-e.making.made[id]:
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.making.err[id]
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
	for _, made := range e.making.made {
		<-made
	}
	var err error
	for _, f := range list {
		if planned(f) {
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
	route, err := e.scene.MakeRoute(ctx, variables, environment.RouteOptions{Own: f.Application == fault.Own, Restored: restored})
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.routes[routeOf(f)] = route
	return nil
}

func (e *edge) variables(f fault.Fault) map[string]string {
	return environment.FaultVariables(routeOf(f), e.target, e.externalDNS, e.application)
}

// applicationOf names the namespace in which the application of a fault's route runs.
func (e *edge) applicationOf(f fault.Fault) string {
	if f.Application == fault.Own {
		return e.variables(f)["namespace"]
	}
	return environment.ApplicationNamespace
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
