package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const ingressStatusEmpty diagnose.Code = "ingress-status-empty"

func ingressStatusEmptyRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: ingressStatusEmpty,
		Meaning: "the Ingress reports no address, so external-dns publishes nothing and deletes the existing " +
			"record; the " +
			"symptom is in DNS, the fault in routing",
		Evidence: "status.loadBalancer is empty; the summary names the cause when it is known: no published " +
			"Service, or " +
			"one without an address",
		Remedy: "configure the Service that Traefik publishes, or give that Service an address; for a new Ingress " +
			"wait a " +
			"moment",
		After:  []diagnose.Code{traefikDown, traefikBlind, ingressNoClass, ingressWrongClass, classMissing},
		Kind:   diagnose.Wait,
		Blocks: []diagnose.Layer{diagnose.DNS},
		Find:   ofTraefik(findStatusPending),
	}, {
		Code:   ingressStatusEmpty,
		Blocks: []diagnose.Layer{diagnose.DNS},
		Find:   ofTraefik(findStatusEmpty),
	}}
}

func statusEmpty(r *diagnose.Route) bool {
	return r.Source != nil && len(r.Published) == 0 &&
		!r.Has(ingressNoClass, ingressWrongClass, classMissing, traefikDown, traefikBlind)
}

func findStatusPending(r *diagnose.Route) []diagnose.Finding {
	if !statusEmpty(r) || r.Address == "" || r.Age(r.Source.Created) > settling {
		return nil
	}
	return diagnose.One(
		r.Source.String(),
		"the Ingress is new; Traefik writes its status by "+diagnose.Stamp(r.Source.Created.Add(settling)),
		diagnose.Remedy{Text: "wait"},
		diagnose.Fact(
			r.Source.String(),
			"created %s, no address in its status",
			diagnose.Stamp(r.Source.Created),
		),
	)
}

// findStatusEmpty finds why the Ingress has no address. external-dns then has nothing to publish, and deletes what it
// had.
func findStatusEmpty(r *diagnose.Route) []diagnose.Finding {
	if !statusEmpty(r) || r.Has(ingressStatusEmpty) {
		return nil
	}
	empty := diagnose.Fact(r.Source.String(), "status.loadBalancer is empty")
	t := r.Traefik
	switch flag := t.Config.Value(traefik.PublishedService); {
	case t.Runs() && flag == "" && t.Config.Value(traefik.EndpointAddress) == "" &&
		t.Config.Value(traefik.EndpointName) == "":
		return diagnose.One(
			t.String(),
			"Traefik has no setting for the address to publish, so the Ingress has none and external-dns "+
				"publishes nothing",
			diagnose.Remedy{
				Text: fmt.Sprintf("set --%s=NAMESPACE/SERVICE", traefik.PublishedService),
			},
			empty,
			diagnose.Fact(t.String(), "no flag --providers.kubernetesingress.ingressendpoint.*"),
		)
	case flag != "" && r.Traefik.Service == nil && r.Index.Looked(facts.Services, t.Space()):
		return diagnose.One(
			t.String(),
			"the Service whose address Traefik should publish does not exist",
			diagnose.Remedy{
				Text: "name the Service of Traefik",
			},
			empty,
			diagnose.Fact(t.String(), "--%s=%s", traefik.PublishedService, flag),
		)
	case r.Traefik.Service != nil && r.Address == "":
		return diagnose.One(
			serviceName(r.Traefik.Service),
			"the Service of the ingress controller has no address, so the Ingress has none and external-dns "+
				"publishes nothing",
			diagnose.Remedy{
				Text: "give the load balancer an address: install or repair its controller, or set the Service's " +
					"type to " +
					"LoadBalancer",
				Command: fmt.Sprintf(
					"kubectl -n %s describe service %s",
					r.Traefik.Service.Namespace,
					r.Traefik.Service.Name,
				),
			},
			empty,
			diagnose.Fact(
				serviceName(r.Traefik.Service),
				"type %s, no address in its status",
				r.Traefik.Service.Spec.Type,
			),
		)
	}
	object, evidence := r.Source.String(), []diagnose.Evidence{empty}
	if r.Traefik.Service != nil {
		evidence = append(evidence, diagnose.Fact(serviceName(r.Traefik.Service), "address %s", r.Address))
	}
	return diagnose.One(
		object,
		"Traefik has not written its address into the Ingress, so external-dns publishes nothing",
		restartTraefik(r, "restart Traefik, and check that it may update ingresses/status"),
		evidence...)
}
