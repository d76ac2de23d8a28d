package certificate

import (
	"fmt"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const controllerDown diagnose.Code = "controller-down"

func controllerDownRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     controllerDown,
		Meaning:  "the controller of cert-manager does not run",
		Evidence: "its Deployment has no available replica, or a Certificate has no condition after a minute",
		Remedy:   "start it again",
		After:    []diagnose.Code{crdsMissing},
		Find:     findControllerDown,
	}}
}

func findControllerDown(r *diagnose.Route) []diagnose.Finding {
	c := r.Index.CertManager
	if !asksTLS(r) || r.Has(crdsMissing) || r.Brought() {
		return nil
	}
	summary := "the controller of cert-manager does not run, so no certificate is issued or renewed"
	switch {
	case absent(r, c):
		return diagnose.One(
			c.String(),
			"no cert-manager runs in this cluster",
			diagnose.Remedy{Text: "install cert-manager"},
			diagnose.Fact("Deployments", "none has a container of cert-manager-controller"),
		)
	case r.Down(c):
		return diagnose.One(c.String(), summary, diagnose.Restart(c, "start it again"), diagnose.DownEvidence(c)...)
	case r.Certificate != nil && len(r.Certificate.Status.Conditions) == 0 &&
		r.Age(r.Certificate.CreationTimestamp.Time) > newborn && r.Index.Looked(facts.Deployments, c.Space()):
		name := diagnose.CertificateName(r.Certificate)
		return diagnose.One(
			c.String(),
			fmt.Sprintf(
				"cert-manager does not reconcile its objects: %s has no condition after %s",
				name,
				r.Age(r.Certificate.CreationTimestamp.Time).Round(time.Second),
			),
			diagnose.Restart(
				c,
				"restart it: it may have lost its lease",
			),
			diagnose.Fact(name, "no condition, created %s", diagnose.Stamp(r.Certificate.CreationTimestamp.Time)),
		)
	}
	return nil
}

// absent reports whether a component has no Deployment in a cluster that was looked at as a whole.
func absent(r *diagnose.Route, c *diagnose.Program) bool {
	return !c.Runs() && len(r.Index.Snapshot.Within) == 0 && r.Index.Looked(facts.Deployments, "")
}
