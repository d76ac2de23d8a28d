package traefik_test

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
	"github.com/edgeproof/edgeproof/e2e/edge/logline"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
)

func pod(c core.Container) core.PodSpec {
	c.Image = "docker.io/library/traefik:v3.6.2"
	return core.PodSpec{Containers: []core.Container{{Image: "registry.example/sidecar:1"}, c}}
}

const file = `
entryPoints:
  web: {address: ":8000"}
  webSecure: {address: ":8443", http: {tls: {}}}
providers:
  kubernetesIngress:
    namespaces: [shop, web]
    ingressEndpoint: {publishedService: traefik/traefik}
`

// fromFile mounts the file, and names it where the flag is given.
func fromFile(mount core.VolumeMount, args ...string) core.PodSpec {
	out := pod(core.Container{Args: args, VolumeMounts: []core.VolumeMount{mount}})
	out.Volumes = []core.Volume{{Name: "config", VolumeSource: core.VolumeSource{
		ConfigMap: &core.ConfigMapVolumeSource{LocalObjectReference: core.LocalObjectReference{Name: "static"}},
	}}}
	return out
}

// The same configuration is read from each of the places that Traefik takes it from.
func TestRead(t *testing.T) {
	t.Parallel()
	known := map[types.NamespacedName]map[string]string{{Namespace: "edge", Name: "static"}: {"traefik.yaml": file}}
	for name, spec := range map[string]core.PodSpec{
		"flags": pod(core.Container{Args: []string{
			"--entryPoints.web.address=:8000/tcp", "--entrypoints.websecure.address", ":8443",
			"--entrypoints.websecure.http.tls",
			"--providers.kubernetesIngress.namespaces=shop,web",
			"--providers.kubernetesingress.ingressEndpoint.publishedService=traefik/traefik",
		}}),
		"variables": pod(core.Container{Env: []core.EnvVar{
			{Name: "TRAEFIK_ENTRYPOINTS_WEB_ADDRESS", Value: ":8000"},
			{Name: "TRAEFIK_ENTRYPOINTS_WEBSECURE_ADDRESS", Value: ":8443"},
			{Name: "TRAEFIK_ENTRYPOINTS_WEBSECURE_HTTP_TLS_CERTRESOLVER", Value: "le"},
			{Name: "TRAEFIK_PROVIDERS_KUBERNETESINGRESS_NAMESPACES", Value: "shop,web"},
			{Name: "TRAEFIK_PROVIDERS_KUBERNETESINGRESS_INGRESSENDPOINT_PUBLISHEDSERVICE", Value: "traefik/traefik"},
		}}),
		"file by flag": fromFile(core.VolumeMount{Name: "config", MountPath: "/config"},
			"--configFile=/config/traefik.yaml"),
		"file where it looks": fromFile(core.VolumeMount{Name: "config", MountPath: "/etc/traefik"},
			"--providers.file=true"),
		"file by sub-path": fromFile(core.VolumeMount{
			Name: "config", MountPath: "/etc/traefik/traefik.yaml",
			SubPath: "traefik.yaml",
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, ok := traefik.Read("edge", spec, known)
			if !ok || c.Unread != "" || c.Version.String() != "3.6.2" {
				t.Fatalf("read %+v, %v", c, ok)
			}
			if got, want := c.EntryPoints(), map[string]bool{"web": false, "websecure": true}; !maps.Equal(
				got,
				want,
			) {
				t.Errorf("entry points %v, want %v", got, want)
			}
			if got := c.Namespaces(); len(got) != 2 || got[0] != "shop" || got[1] != "web" {
				t.Errorf("namespaces %v", got)
			}
			if s, ok := c.Service(); !ok || s.String() != "traefik/traefik" {
				t.Errorf("publishes %v, %v", s, ok)
			}
		})
	}
}

func TestReadTellsWhatIsUnread(t *testing.T) {
	t.Parallel()
	if _, ok := traefik.Read("edge", core.PodSpec{Containers: []core.Container{{Image: "nginx:1"}}}, nil); ok {
		t.Error("found Traefik in a pod of nginx")
	}
	for name, c := range map[string]struct {
		spec core.PodSpec
		want string
	}{
		"a ConfigMap": {
			fromFile(core.VolumeMount{Name: "config", MountPath: "/c"}, "--configfile=/c/traefik.yaml"),
			"ConfigMap edge/static",
		},
		"no volume": {pod(core.Container{Args: []string{"--configfile=/c/traefik.yaml"}}), "file /c/traefik.yaml"},
	} {
		if got, ok := traefik.Read("edge", c.spec, nil); !ok || got.Unread != c.want || got.EntryPoints() != nil {
			t.Errorf("%s: unread %q, want %q", name, got.Unread, c.want)
		}
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	own := &networking.IngressClass{Spec: networking.IngressClassSpec{Controller: traefik.Controller}}
	other := &networking.IngressClass{Spec: networking.IngressClassSpec{Controller: "k8s.io/ingress-nginx"}}
	for _, c := range []struct {
		name   string
		filter string
		of     ingressclass.Name
		class  *networking.IngressClass
		want   traefik.Refusal
	}{
		{"no class", "", ingressclass.Name{}, nil, traefik.Taken},
		{"own class", "", ingressclass.Name{Class: "edge"}, own, traefik.Taken},
		{"another's", "", ingressclass.Name{Class: "nginx"}, other, traefik.OtherController},
		{"filtered", "edge", ingressclass.Name{Class: "other"}, own, traefik.Filtered},
		{"annotation of old", "", ingressclass.Name{Class: "traefik", Annotated: true}, nil, traefik.Taken},
		{"annotation by filter", "edge", ingressclass.Name{Class: "edge", Annotated: true}, nil, traefik.Taken},
		{"annotation of no class", "", ingressclass.Name{Class: "haproxy", Annotated: true}, nil, traefik.NoSuchClass},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config, _ := traefik.Read(
				"edge",
				pod(core.Container{Args: []string{"--providers.kubernetesingress.ingressclass=" + c.filter}}),
				nil,
			)
			if got := config.Refuses(c.of, c.class); got != c.want {
				t.Errorf("refusal %d, want %d", got, c.want)
			}
		})
	}
}

// Traefik logs JSON, or text that is colored at a terminal; both tell the same.
func TestReadLog(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"JSON": `{"level":"error","error":"ingresses.networking.k8s.io is forbidden","time":"2026-03-01T00:00:00Z","message":"Failed to watch"}`,
		"colored": "\x1b[90m2026-03-01T00:00:00Z\x1b[0m \x1b[31mERR\x1b[0m \x1b[1mFailed to watch\x1b[0m " +
			"\x1b[36merror=\x1b[0m\x1b[31m\"ingresses.networking.k8s.io is forbidden\"\x1b[0m",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := traefik.ReadLog([]logline.Line{logline.Parse(text)})
			if log.Forbidden == nil || !log.Forbidden.Time.Equal(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) {
				t.Errorf("forbidden: %+v", log.Forbidden)
			}
			if log.Newest("is forbidden") == nil || log.Newest("Failed to watch") == nil ||
				log.Newest("something else") != nil {
				t.Errorf("finds other lines than it has")
			}
		})
	}
	log := traefik.ReadLog([]logline.Line{
		{Fields: map[string]string{"RequestHost": "a.example", "OriginStatus": "200"}},
		{Fields: map[string]string{"RequestHost": "a.example", "OriginStatus": "502"}},
	})
	if l := log.Access["a.example"]; l == nil || l.Fields["OriginStatus"] != "502" {
		t.Errorf("newest access: %+v", l)
	}
}

func TestRouters(t *testing.T) {
	t.Parallel()
	log := traefik.ReadLog(
		logline.ParseAll(
			`2026-03-01T11:58:00Z ERR error="a" entryPointName=websecure routerName=websecure-shop-c01-c01-safeops-work@kubernetes
2026-03-01T11:58:01Z ERR Cannot create service error="b" ingress=c01 namespace=shop providerName=kubernetes
2026-03-01T11:58:02Z ERR Cannot create service error="c" ingress=c01 namespace=mall providerName=kubernetes
2026-03-01T11:58:03Z INF routerName=websecure-shop-c01-c01-safeops-work@kubernetes`,
		),
	)
	var got []string
	for _, l := range log.Of("shop", "c01", "c01.safeops.work") {
		got = append(got, l.Fields["error"])
	}
	if d := cmp.Diff([]string{"b", "a"}, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]traefik.Named{{"shop-a", "kubernetescrd"}, {"b", ""}},
		traefik.Names("shop-a@kubernetescrd, b")); d != "" {
		t.Error(d)
	}
}
