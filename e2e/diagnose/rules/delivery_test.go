package rules_test

import (
	"strings"
	"testing"
	"time"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/edge/argocd"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const (
	applied = "main@sha1:aaaaaaa1111"
	newer   = "main@sha1:bbbbbbb2222"
)

func ref(kind, name string) flux.Ref {
	return flux.Ref{Kind: kind, Namespace: "flux-system", Name: name}
}

// engine is Flux as it delivers the reference bundle at its newest revision: a repository, a Kustomization of the
// route, one of the edge, which brings a release of external-dns.
type engine struct {
	git, develop, edge, release, chart *flux.Object
}

// withFlux has Flux deliver what is in a world.
func withFlux(w world) engine {
	git := flux.Object{
		Ref: ref(flux.GitRepository, "flux-system"), State: flux.Ready, URL: "https://git.example/edge",
		Wanted: "branch main", Revision: applied,
	}
	kustomization := func(name string, inventory ...flux.Applied) flux.Object {
		return flux.Object{
			Ref: ref(flux.Kustomization, name), State: flux.Ready, Source: git.Ref, Path: "./" + name, Revision: applied,
			Attempted: applied, Inventory: inventory,
		}
	}
	w.Delivered.Flux = flux.Set{
		git,
		kustomization("develop", flux.Applied{
			Group: "networking.k8s.io", Kind: "Ingress", Namespace: "develop",
			Name: "frontend",
		}),
		kustomization("edge",
			flux.Applied{Group: flux.HelmGroup, Kind: flux.HelmRelease, Namespace: "flux-system", Name: "external-dns"},
			flux.Applied{Group: "cert-manager.io", Kind: "ClusterIssuer", Name: production},
			flux.Applied{Kind: "Secret", Namespace: "cert-manager", Name: "cloudflare-api-token"}),
		{
			Ref: ref(flux.HelmRelease, "external-dns"), State: flux.Ready, Chart: "external-dns", Version: "1.20.0",
			Source: ref(flux.HelmChart, "flux-system-external-dns"), Revision: "1.20.0",
			History: []flux.Release{{Number: 1, Status: "deployed", Chart: "external-dns", Version: "1.20.0", App: "0.20.0"}},
		},
		{
			Ref: ref(flux.HelmChart, "flux-system-external-dns"), State: flux.Ready, Chart: "external-dns",
			Revision: "1.20.0",
		},
	}
	w.ingress.Labels = map[string]string{
		flux.KustomizeGroup + "/name": "develop", flux.KustomizeGroup + "/namespace": "flux-system",
	}
	w.dns.Labels = map[string]string{
		flux.HelmGroup + "/name": "external-dns", flux.HelmGroup + "/namespace": "flux-system",
	}
	all := w.Delivered.Flux
	return engine{git: &all[0], develop: &all[1], edge: &all[2], release: &all[3], chart: &all[4]}
}

// fails puts an object into a state.
func fails(o *flux.Object, state flux.State, reason, message string) {
	o.State, o.Reason, o.Message, o.Since = state, reason, message, clock().Add(-10*time.Minute)
}

// noTLS takes the TLS block away, as Git had it once: the route does not work by HTTPS.
func noTLS(w world) {
	w.ingress.Spec.TLS = nil
	w.Certificates, w.CertificateRequests, w.Orders = nil, nil, nil
	w.showDefault()
}

// blocked are the states of a route without TLS block whose remedy is not delivered.
func blocked() map[diagnose.Layer]diagnose.State {
	return map[diagnose.Layer]diagnose.State{
		diagnose.Delivery: diagnose.Broken, diagnose.Routing: diagnose.Blocked, diagnose.Certificate: diagnose.Blocked,
	}
}

// ofRoute is a failure of the Kustomization of the route, which Git has corrected.
func ofRoute(code, reason, message string) scene {
	return scene{
		name: code, causes: []string{code + " Kustomization flux-system/develop"}, notes: []diagnose.Code{"no-tls-block"},
		states: blocked(), do: func(w world) {
			e := withFlux(w)
			noTLS(w)
			e.git.Revision, e.develop.Attempted = newer, newer
			fails(e.develop, flux.Failed, reason, message)
		},
	}
}

// ofSource is a source that is not fetched.
func ofSource(code, reason, message string) scene {
	return scene{
		name: code, causes: []string{code + " GitRepository flux-system/flux-system"},
		notes: []diagnose.Code{"no-tls-block"}, states: blocked(), do: func(w world) {
			e := withFlux(w)
			noTLS(w)
			fails(e.git, flux.Failed, reason, message)
		},
	}
}

// filtered is an external-dns whose domain filter leaves the host out, as an earlier version of its release had it.
func filtered(w world) {
	args := w.dns.Spec.Template.Spec.Containers[0].Args
	for i := range args {
		args[i] = strings.Replace(args[i], "--domain-filter="+zone, "--domain-filter=example.net", 1)
	}
	w.unresolved()
}

func ofRelease(code string, state flux.State, reason, message string) scene {
	return scene{
		name: code, causes: []string{code + " HelmRelease flux-system/external-dns"},
		notes: []diagnose.Code{"domain-filter-excludes-host"},
		states: map[diagnose.Layer]diagnose.State{
			diagnose.Delivery: diagnose.Broken, diagnose.DNS: diagnose.Blocked,
		},
		do: func(w world) {
			e := withFlux(w)
			filtered(w)
			fails(e.release, state, reason, message)
		},
	}
}

func deliveryScenes() []scene {
	return append(fluxScenes(), argoScenes()...)
}

func fluxScenes() []scene {
	return []scene{
		ofSource("source-not-fetched", "GitOperationFailed", "failed to checkout and determine revision: unable to clone: "+
			"dial tcp: lookup git.example: no such host"),
		ofSource("source-credential-rejected", "GitOperationFailed", "failed to checkout and determine revision: unable to "+
			"clone 'https://git.example/edge': authentication required"),
		ofSource("source-reference-not-found", "GitOperationFailed", "failed to checkout and determine revision: unable to "+
			"clone 'https://git.example/edge': couldn't find remote ref \"refs/heads/man\""),
		ofRoute("decryption-failed", "BuildFailed", "decryption failed for 'token': failed to decrypt and format data: "+
			"cannot get sops data key"),
		ofRoute("post-build-variable-missing", "BuildFailed", "post build failed for 'frontend': substitute from "+
			"'ConfigMap/cluster-config' error: configmaps \"cluster-config\" not found"),
		ofRoute("kustomization-build-failed", "BuildFailed", "kustomize build failed: accumulating resources: no such file"),
		ofRoute("definition-missing", "ReconciliationFailed", "ClusterIssuer/letsencrypt-production dry-run failed: no "+
			"matches for kind \"ClusterIssuer\" in version \"cert-manager.io/v1\""),
		ofRoute("admission-denied", "ReconciliationFailed", "Ingress/develop/frontend dry-run failed (Forbidden): admission "+
			"webhook \"policy.example\" denied the request: no"),
		ofRoute("field-manager-conflict", "ReconciliationFailed", "Ingress/develop/frontend dry-run failed: Apply failed "+
			"with 1 conflict: conflict with \"other\": .spec.tls"),
		ofRoute("kustomization-apply-failed", "ReconciliationFailed", "Ingress/develop/frontend dry-run failed (Invalid): "+
			"spec.rules[0].host: Invalid value"),
		{
			name: "delivery-suspended", causes: []string{"delivery-suspended Kustomization flux-system/develop"},
			notes: []diagnose.Code{"no-tls-block"}, states: blocked(), do: func(w world) {
				e := withFlux(w)
				noTLS(w)
				e.git.Revision = newer
				fails(e.develop, flux.Suspended, "Suspended", "spec.suspend is true")
			},
		},
		{ // what was broken by hand while nothing new is in Git is not the engine's
			name: "delivery-suspended/nothing-new", causes: []string{"no-tls-block Ingress develop/frontend"},
			notes: []diagnose.Code{"delivery-suspended"}, states: map[diagnose.Layer]diagnose.State{
				diagnose.Routing: diagnose.Broken, diagnose.Certificate: diagnose.Blocked,
			}, do: func(w world) {
				e := withFlux(w)
				noTLS(w)
				fails(e.develop, flux.Suspended, "Suspended", "spec.suspend is true")
			},
		},
		{
			name: "dependency-not-ready", causes: []string{"dependency-not-ready Kustomization flux-system/gone"},
			notes: []diagnose.Code{"no-tls-block"}, states: blocked(), do: func(w world) {
				e := withFlux(w)
				noTLS(w)
				e.git.Revision = newer
				e.develop.DependsOn = []flux.Ref{ref(flux.Kustomization, "gone")}
				fails(e.develop, flux.Waiting, "DependencyNotReady", "dependency 'flux-system/gone' not found")
			},
		},
		{ // its own objects are applied: what waits for it is behind, and they are not
			name: "health-check-failed", causes: []string{"health-check-failed Kustomization flux-system/edge"},
			notes: []diagnose.Code{"no-tls-block"}, states: blocked(), do: func(w world) {
				e := withFlux(w)
				noTLS(w)
				e.git.Revision, e.edge.Attempted = newer, newer
				e.develop.DependsOn = []flux.Ref{e.edge.Ref}
				fails(e.edge, flux.Failed, "HealthCheckFailed", "health check failed after 5m0s: timeout waiting for: "+
					"[ClusterIssuer/staging status: 'InProgress']")
				fails(e.develop, flux.Waiting, "DependencyNotReady", "dependency 'flux-system/edge' is not ready")
			},
		},
		{
			name: "chart-version-not-found", causes: []string{
				"chart-version-not-found HelmChart flux-system/flux-system-external-dns",
			},
			notes: []diagnose.Code{"domain-filter-excludes-host"},
			states: map[diagnose.Layer]diagnose.State{
				diagnose.Delivery: diagnose.Broken, diagnose.DNS: diagnose.Blocked,
			},
			do: func(w world) {
				e := withFlux(w)
				filtered(w)
				fails(e.chart, flux.Failed, "InvalidChartReference", "invalid chart reference: failed to get chart version for "+
					"remote reference: no 'external-dns' chart with version matching '9.9.9' found")
				fails(e.release, flux.Waiting, "SourceNotReady", "HelmChart 'flux-system/flux-system-external-dns' is not ready")
			},
		},
		ofRelease("release-values-invalid", flux.Failed, "UpgradeFailed", "Helm upgrade failed for release cert-manager/"+
			"external-dns: execution error at (external-dns/templates/deployment.yaml:1): provider is required"),
		ofRelease("release-stalled", flux.Stalled, "RetriesExceeded", "Failed to upgrade after 1 attempt(s)"),
		ofRelease("release-failed", flux.Failed, "UpgradeFailed", "Helm upgrade failed: cannot patch \"external-dns\""),
		{ // the release that failed is what runs: its own fault is the cause
			name: "release-failed/applied", causes: []string{"external-dns-down Deployment cert-manager/external-dns"},
			notes: []diagnose.Code{"release-failed"}, states: map[diagnose.Layer]diagnose.State{diagnose.DNS: diagnose.Broken},
			do: func(w world) {
				e := withFlux(w)
				w.unresolved()
				w.dns.Status.AvailableReplicas = 0
				zero := int32(0)
				w.dns.Spec.Replicas = &zero
				e.release.History = append([]flux.Release{{Number: 2, Status: "failed", Version: "1.20.0"}}, e.release.History...)
				fails(e.release, flux.Failed, "UpgradeFailed", "Helm upgrade failed: timed out waiting for the condition")
			},
		},
		{
			name: "object-pruned", causes: []string{"object-pruned Kustomization flux-system/edge"},
			notes: []diagnose.Code{"token-secret-missing"}, more: "external-dns waits for the Secret",
			states: map[diagnose.Layer]diagnose.State{
				diagnose.Delivery: diagnose.Broken, diagnose.Credential: diagnose.Blocked,
			},
			do: func(w world) {
				e := withFlux(w)
				w.Secrets = w.Secrets[1:]
				e.edge.Inventory = e.edge.Inventory[:2]
				w.Events = append(w.Events, core.Event{
					ObjectMeta: made("flux-system", "edge.1", 1), LastTimestamp: ago(1), Type: "Normal",
					InvolvedObject: core.ObjectReference{Kind: flux.Kustomization, Namespace: "flux-system", Name: "edge"},
					Message:        "Secret/cert-manager/cloudflare-api-token deleted\nClusterIssuer/old deleted",
				})
			},
		},
		{
			name: "changed-by-hand", causes: []string{"no-tls-block Ingress develop/frontend"},
			notes: []diagnose.Code{"changed-by-hand"}, states: map[diagnose.Layer]diagnose.State{
				diagnose.Routing: diagnose.Broken, diagnose.Certificate: diagnose.Blocked,
			}, do: func(w world) {
				withFlux(w)
				noTLS(w)
				w.Delivered.Changes = []facts.Change{{
					Object: "Ingress develop/frontend", Manager: "kubectl-edit",
					Time: clock(), Fields: []string{"spec.tls"},
				}}
			},
		},
		{ // delivery is broken, and the edge works
			name: "source-not-fetched/works", notes: []diagnose.Code{"source-not-fetched"}, do: func(w world) {
				fails(withFlux(w).git, flux.Failed, "GitOperationFailed", "unable to clone: connection refused")
			},
		},
		{ // what other people deliver is not of interest
			name: "kustomization-build-failed/others", do: func(w world) {
				withFlux(w)
				w.Delivered.Flux = append(w.Delivered.Flux, flux.Object{
					Ref: ref(flux.Kustomization, "monitoring"), State: flux.Failed, Reason: "BuildFailed", Revision: applied,
				})
			},
		},
	}
}

func argoScenes() []scene {
	app := func(w world, state argocd.State, sync, health, message string) {
		w.ingress.Annotations["argocd.argoproj.io/tracking-id"] = "edge:networking.k8s.io/Ingress:develop/frontend"
		w.Delivered.Applications = []argocd.App{{
			Namespace: "argocd", Name: "edge", State: state, Sync: sync, Health: health, Message: message,
			Revision: "bbb", Applied: "aaa", Differing: []argocd.Object{{
				Group: "networking.k8s.io", Kind: "Ingress",
				Namespace: "develop", Name: "frontend", Sync: sync,
			}},
		}}
	}
	return []scene{
		{
			name: "application-not-synced", causes: []string{"application-not-synced Application argocd/edge"},
			notes: []diagnose.Code{"no-tls-block"}, states: blocked(), do: func(w world) {
				noTLS(w)
				app(w, argocd.Failed, "OutOfSync", "Healthy", "one or more objects failed to apply")
			},
		},
		{
			name: "application-unreadable", causes: []string{"application-unreadable Application argocd/edge"},
			notes: []diagnose.Code{"no-tls-block"}, states: blocked(), do: func(w world) {
				noTLS(w)
				app(w, argocd.Unreadable, "Unknown", "Healthy", "ComparisonError: authentication required")
			},
		},
		{
			name: "application-degraded", notes: []diagnose.Code{"application-degraded"}, do: func(w world) {
				app(w, argocd.Degraded, "Synced", "Degraded", "")
			},
		},
	}
}

func TestDelivery(t *testing.T) { run(t, deliveryScenes()) }

// Where an engine delivers an object, the remedy is one in Git: a patch of the cluster would be put back.
func TestRemediesOfDeliveredObjectsAreInGit(t *testing.T) {
	t.Parallel()
	w := healthy()
	withFlux(w)
	noTLS(w)
	d := rules.Explain(w.Snapshot, route())
	if len(d.Causes) != 1 {
		t.Fatalf("causes: %+v", d.Causes)
	}
	remedy := d.Causes[0].Remedy
	if want := "flux reconcile kustomization develop -n flux-system --with-source"; remedy.Command != want ||
		!strings.Contains(remedy.Text, "in Git") {
		t.Errorf("remedy %+v, want the command %q", remedy, want)
	}
}

// What is not there may come by what was never applied.
func TestNeverApplied(t *testing.T) {
	t.Parallel()
	w := healthy()
	e := withFlux(w)
	w.unresolved()
	w.Deployments = append(w.Deployments[:3:3], w.Deployments[4:]...)
	e.release.History, e.release.Revision = nil, ""
	fails(e.release, flux.Stalled, "RetriesExceeded", "Failed to install after 1 attempt(s)")
	d := rules.Explain(w.Snapshot, route())
	if len(d.Causes) != 1 || d.Causes[0].Code != "release-stalled" || d.Healthy {
		t.Errorf("causes %+v, chain %+v", d.Causes, d.Chain)
	}
}
