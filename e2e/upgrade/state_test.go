package upgrade

import (
	"context"
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

// TestCertificatesOfAKindThatIsGone: where the CRD is deleted there are none, which is to be seen and not to
// end the look.
func TestCertificatesOfAKindThatIsGone(t *testing.T) {
	t.Parallel()
	refuse := func(err error) client.Reader {
		base, ok := newEdge(t, noon()).cluster.(client.WithWatch)
		if !ok {
			t.Fatal("the double cannot be watched")
		}
		return interceptor.NewClient(base, interceptor.Funcs{
			List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error { return err },
		})
	}
	gone := &meta.NoKindMatchError{GroupKind: schema.GroupKind{Kind: "Certificate"}}
	found, err := certificates(t.Context(), refuse(gone))
	if err != nil || len(found) > 0 {
		t.Errorf("a kind that is gone: %v, %v", found, err)
	}
	if _, err := certificates(t.Context(), refuse(errors.New("502"))); err == nil ||
		!strings.Contains(err.Error(), "list certificates: 502") {
		t.Errorf("an API server that does not answer: %v", err)
	}
}

func TestLookNamesWhatFails(t *testing.T) {
	t.Parallel()
	base, ok := newEdge(t, noon()).cluster.(client.WithWatch)
	if !ok {
		t.Fatal("the double cannot be watched")
	}
	down := interceptor.NewClient(base, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object,
			opts ...client.GetOption,
		) error {
			if _, secret := o.(*corev1.Secret); secret {
				return errors.New("forbidden")
			}
			return c.Get(ctx, key, o, opts...)
		},
	})
	if _, err := Look(t.Context(), down, &provider{}); err == nil ||
		!strings.Contains(err.Error(), "read Secret develop/") || !strings.Contains(err.Error(), "forbidden") {
		t.Errorf("a Secret that cannot be read: %v", err)
	}
}
