package criteria

import (
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func bl1() Criterion {
	return Criterion{
		ID: "BL-1", Text: "Traefik is the ingress controller",
		Check: controlledByTraefik, Needs: []facts.Part{facts.IngressClasses, facts.Ingresses, facts.Deployments},
		Shown: ByPods,
	}
}

// controlledByTraefik judges that Traefik runs, its class is there, and the routes use it.
func controlledByTraefik(v View) judge.Judgement {
	s, t := v.Facts, v.Target
	j := each(v, func(j *judge.Judgement, r judge.Route, i *edge.Route) {
		name := classOf(s, i)
		class := ingressclass.Find(s.IngressClasses, name)
		switch {
		case name == "":
			j.Never("%s: names no class, and no IngressClass is the default: no controller takes it", r.Source)
		case class == nil:
			j.Lacks("IngressClass %s: not found; %s names it", name, r.Source)
		case class.Spec.Controller != t.ControllerName:
			j.Never("IngressClass %s: belongs to %s; %s needs one of %s", name, class.Spec.Controller, r.Source,
				t.ControllerName)
		default:
			j.Saw("%s: class %s of %s", r.Source, name, class.Spec.Controller)
		}
	})
	d := deploymentOf(&j, s, facts.Traefik, t.Controller.Namespace)
	if d == nil {
		return j
	}
	before := len(j.Reasons)
	available(&j, d)
	if len(j.Reasons) == before {
		j.Saw("Deployment %s/%s: %d of %d pods available", d.Namespace, d.Name, d.Status.AvailableReplicas, replicas(d))
	}
	return j
}

// classOf is the class of a route: that which it names, or the cluster's default.
func classOf(s *facts.Snapshot, i *edge.Route) string {
	if i.Class.Class != "" {
		return i.Class.Class
	}
	if class := ingressclass.Default(s.IngressClasses); class != nil {
		return class.Name
	}
	return ""
}
