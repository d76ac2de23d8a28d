package judge

import (
	"fmt"
	"slices"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/edgeproof/edgeproof/e2e/edge"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Expect completes a target by what a rendered bundle says: its routes, its zones and owner, the namespaces of its
// components, the names of its issuers and the credential that they name. Issuers are distinguished by their ACME
// directory. A name that the bundle's own routes request stays as the target has it, so that a bundle without that
// issuer is found.
func Expect(t Target, objects []*unstructured.Unstructured) (Target, error) {
	var seen facts.Snapshot
	for _, o := range objects {
		var err error
		switch o.GroupVersionKind().GroupKind().String() {
		case "Ingress.networking.k8s.io":
			err = add(o, &seen.Ingresses)
		case "ClusterIssuer.cert-manager.io":
			err = add(o, &seen.ClusterIssuers)
		case "Deployment.apps":
			err = add(o, &seen.Deployments)
		case "ConfigMap":
			err = add(o, &seen.ConfigMaps)
		}
		if err != nil {
			return t, err
		}
	}
	t.Routes = append(slices.Clone(t.Routes), routes(seen.Ingresses)...)
	t.Production, t.Staging = named(t.Production, &seen), named(t.Staging, &seen)
	if running := seen.Running(facts.CertManager); len(running) > 0 {
		t.Namespace = running[0].Namespace
	}
	if running := seen.Running(facts.ExternalDNS); len(running) > 0 {
		if running[0].Namespace != t.Namespace {
			t.DNSNamespace = running[0].Namespace
		}
		config, _ := externaldns.Read(running[0].Namespace, running[0].Spec.Template.Spec, seen.Environment())
		t = fromExternalDNS(t, config)
	}
	if c, ok := credential(seen.ClusterIssuers, t.Production, t.Names()); ok {
		t.Credential = c
	}
	return t, nil
}

// named is the issuer of an ACME directory by the name that the bundle gives it: one that its routes request before
// others.
func named(want Issuer, seen *facts.Snapshot) Issuer {
	requested := func(name string) bool {
		return slices.ContainsFunc(seen.Ingresses, func(i networking.Ingress) bool {
			return cm.Requested(i.Annotations).Name == name
		})
	}
	var names []string
	for i := range seen.ClusterIssuers {
		if o := &seen.ClusterIssuers[i]; o.Name == want.Name || o.Spec.ACME != nil && o.Spec.ACME.Server == want.Server {
			names = append(names, o.Name)
		}
	}
	if len(names) == 0 || slices.Contains(names, want.Name) || requested(want.Name) {
		return want
	}
	slices.Sort(names)
	want.Name = names[max(0, slices.IndexFunc(names, requested))]
	return want
}

func add[T networking.Ingress | certmanager.ClusterIssuer | apps.Deployment | core.ConfigMap](
	o *unstructured.Unstructured, to *[]T,
) error {
	var typed T
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &typed); err != nil {
		return fmt.Errorf("read %s %s/%s of the bundle: %w", o.GetKind(), o.GetNamespace(), o.GetName(), err)
	}
	*to = append(*to, typed)
	return nil
}

func routes(ingresses []networking.Ingress) []Route {
	var out []Route
	for i := range ingresses {
		route := edge.FromIngress(&ingresses[i])
		r := Route{Source: route.Source, Hosts: route.RuleHosts()}
		for _, rule := range route.Rules {
			if r.Path == "" && len(rule.Paths) > 0 {
				r.Path = rule.Paths[0].Path
			}
		}
		out = append(out, r)
	}
	return out
}

func fromExternalDNS(t Target, config externaldns.Config) Target {
	if zones := config.Filter.Zones(); len(zones) > 0 {
		t.Zones = zones
	}
	t.OwnerID, t.TXT = config.OwnerID, config.TXT
	return t
}

// credential is the token of the solver that the production issuer, found by its name or else by its server, picks
// for one of the names.
func credential(issuers []certmanager.ClusterIssuer, production Issuer, names []string) (Credential, bool) {
	for _, match := range []func(*certmanager.ClusterIssuer) bool{
		func(i *certmanager.ClusterIssuer) bool { return i.Name == production.Name },
		func(i *certmanager.ClusterIssuer) bool {
			return i.Spec.ACME != nil && i.Spec.ACME.Server == production.Server
		},
	} {
		for i := range issuers {
			if !match(&issuers[i]) {
				continue
			}
			if issuers[i].Spec.ACME == nil {
				continue
			}
			var global Credential // it counts where there is no token
			for _, name := range names {
				c, ok := cm.CredentialOf(cm.Pick(issuers[i].Spec.ACME.Solvers, name, nil))
				switch {
				case ok && !c.Global:
					return Credential{Secret: c.Secret, Key: c.Key}, true
				case ok:
					global = Credential{Secret: c.Secret, Key: c.Key}
				}
			}
			if global.Secret != "" {
				return global, true
			}
		}
	}
	return Credential{}, false
}
