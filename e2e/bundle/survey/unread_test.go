package survey_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/bundle/survey"
)

// annotated is an Ingress, or a route of another kind, with annotations one a line from line 5 on.
func annotated(kind, class string, annotations ...string) string {
	version := map[string]string{
		"Ingress": "networking.k8s.io/v1", "HTTPRoute": "gateway.networking.k8s.io/v1", "IngressRoute": "traefik.io/v1alpha1",
	}[kind]
	out := "apiVersion: " + version + "\nkind: " + kind + "\nmetadata:\n  annotations:\n"
	for _, a := range annotations {
		out += "    " + a + "\n"
	}
	out += "  name: web\n  namespace: shop\nspec:\n"
	switch kind {
	case "Ingress":
		if class != "" {
			out += "  ingressClassName: " + class + "\n"
		}
		out += "  rules: [{host: www.example.com}]\n"
	case "HTTPRoute":
		out += "  hostnames: [www.example.com]\n"
	default:
		out += "  routes: [{match: \"Host(`www.example.com`)\"}]\n"
	}
	return out
}

func running(image string, args ...string) string {
	return `apiVersion: apps/v1
kind: Deployment
metadata: {name: runs, namespace: edge}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: c, image: "` + image + `", args: ["` + strings.Join(args, `", "`) + `"]}]}
`
}

func TestAnnotationsThatNothingReads(t *testing.T) {
	t.Parallel()
	const auth, size, list = `nginx.ingress.kubernetes.io/auth-url: "https://sso"`,
		`nginx.ingress.kubernetes.io/proxy-body-size: 8m`,
		`nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8`
	const lost, unread = "access-control-lost", "annotation-unread"
	for name, c := range map[string]struct {
		route, beside string
		want          []string // rule and line
	}{
		"plain Traefik": {annotated("Ingress", "traefik", auth, size, list), "", []string{
			lost + " 5",
			unread + " 6", lost + " 7",
		}},
		"no class at all": {annotated("Ingress", "", auth), "", []string{lost + " 5"}},
		"of ingress-nginx": {
			annotated("Ingress", "nginx", auth, list),
			running("registry.k8s.io/ingress-nginx/controller:v1.13.0", "/nginx-ingress-controller"), nil,
		},
		"of a controller that is not here": {annotated("Ingress", "nginx", auth), "", nil},
		"Traefik in the place of ingress-nginx": {
			annotated("Ingress", "nginx", auth, list),
			running("docker.io/traefik:v3.6.12", "--providers.kubernetesingressnginx=true"),
			[]string{lost + " 6"},
		},
		"of Traefik": {annotated("Ingress", "traefik",
			"traefik.ingress.kubernetes.io/router.middlewares: a-b@kubernetescrd"), "", nil},
		"of Traefik v1": {
			annotated("Ingress", "traefik", "traefik.ingress.kubernetes.io/auth-type: basic",
				"traefik.ingress.kubernetes.io/rule-type: PathPrefixStrip"), "",
			[]string{lost + " 5", unread + " 6"},
		},
		"on an IngressRoute": {
			annotated("IngressRoute", "", "traefik.ingress.kubernetes.io/router.middlewares: a-b@kubernetescrd",
				"cert-manager.io/cluster-issuer: le"), "",
			[]string{unread + " 6", lost + " 5"},
		},
		"the other prefix": {
			annotated("Ingress", "traefik", `external-dns.kubernetes.io/target: "1.2.3.4"`,
				`external-dns.alpha.kubernetes.io/ttl: "60"`),
			running("registry.k8s.io/external-dns/external-dns:v0.21.0", "--source=ingress", "--provider=cloudflare"),
			[]string{unread + " 5"},
		},
		"a target on a route of Gateway API": {
			annotated("HTTPRoute", "", `external-dns.alpha.kubernetes.io/target: "1.2.3.4"`),
			running("registry.k8s.io/external-dns/external-dns:v0.21.0", "--source=gateway-httproute", "--provider=cloudflare"),
			[]string{unread + " 5"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"route.yaml": c.route}
			if c.beside != "" {
				files["beside.yaml"] = c.beside
			}
			s, err := survey.Read(t.Context(), write(t, files), bundle.Options{}, survey.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range s.Findings {
				if f.Rule == lost || f.Rule == unread {
					if f.File != "route.yaml" || f.Severity != "warning" || f.Remedy == "" {
						t.Errorf("finding %+v", f)
					}
					got = append(got, f.Rule+" "+strconv.Itoa(f.Line))
				}
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("findings (-want +got):\n%s\n%+v", d, s.Findings)
			}
		})
	}
}
