package ingressclass_test

import (
	"testing"

	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
)

func classes() []networking.IngressClass {
	return []networking.IngressClass{
		{
			ObjectMeta: meta.ObjectMeta{Name: "nginx"},
			Spec:       networking.IngressClassSpec{Controller: "k8s.io/ingress-nginx"},
		},
		{
			ObjectMeta: meta.ObjectMeta{
				Name:        "edge",
				Annotations: map[string]string{"ingressclass.kubernetes.io/is-default-class": "true"},
			},
			Spec: networking.IngressClassSpec{Controller: "traefik.io/ingress-controller"},
		},
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, field, annotation string
		want                    ingressclass.Name
		another                 bool
	}{
		{name: "none"},
		{name: "field", field: "edge", want: ingressclass.Name{Class: "edge"}},
		{name: "field before annotation", field: "edge", annotation: "nginx", want: ingressclass.Name{Class: "edge"}},
		{name: "annotation", annotation: "nginx", want: ingressclass.Name{Class: "nginx", Annotated: true}},
		{name: "of another controller", field: "nginx", want: ingressclass.Name{Class: "nginx"}, another: true},
		{name: "of no class", field: "gone", want: ingressclass.Name{Class: "gone"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			i := &networking.Ingress{}
			if c.field != "" {
				i.Spec.IngressClassName = &c.field
			}
			if c.annotation != "" {
				i.Annotations = map[string]string{ingressclass.Annotation: c.annotation}
			}
			if got := ingressclass.Of(i); got != c.want {
				t.Errorf("class %+v, want %+v", got, c.want)
			}
			if got := ingressclass.OfAnother(i, classes(), "traefik.io/ingress-controller"); got != c.another {
				t.Errorf("of another controller: %v", got)
			}
		})
	}
}

func TestDefault(t *testing.T) {
	t.Parallel()
	if got := ingressclass.Default(classes()); got == nil || got.Name != "edge" {
		t.Errorf("default class %v, want edge", got)
	}
	if got := ingressclass.Default(classes()[:1]); got != nil {
		t.Errorf("default class %v, want none", got.Name)
	}
}
