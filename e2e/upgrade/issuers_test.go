package upgrade

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// cluster answers a look at a ClusterIssuer with what the nth look is to see.
type cluster struct {
	client.Reader

	looks atomic.Int32
	seen  []func(*certmanagerv1.ClusterIssuer) error
}

func (c *cluster) Get(_ context.Context, _ client.ObjectKey, o client.Object, _ ...client.GetOption) error {
	n := min(int(c.looks.Add(1)), len(c.seen)) - 1
	issuer, _ := o.(*certmanagerv1.ClusterIssuer)
	return c.seen[n](issuer)
}

func issuer(uid string, status cmmeta.ConditionStatus, since time.Time) func(*certmanagerv1.ClusterIssuer) error {
	return func(i *certmanagerv1.ClusterIssuer) error {
		at := metav1.NewTime(since)
		i.UID = types.UID(uid)
		i.Status.Conditions = []certmanagerv1.IssuerCondition{{
			Type: certmanagerv1.IssuerConditionReady, Status: status,
			Reason: "R", Message: "m", LastTransitionTime: &at,
		}}
		return nil
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	ready, notReady := issuer("1", cmmeta.ConditionTrue, noon()), issuer("1", cmmeta.ConditionFalse, noon())
	gone := func(*certmanagerv1.ClusterIssuer) error {
		return apierrors.NewNotFound(schema.GroupResource{Resource: "clusterissuers"}, "x")
	}
	away := func(*certmanagerv1.ClusterIssuer) error { return errors.New("connection refused") }
	bare := func(*certmanagerv1.ClusterIssuer) error { return nil }
	const between = "between two looks: it was created again, or its condition left Ready and came back"
	for name, c := range map[string]struct {
		seen []func(*certmanagerv1.ClusterIssuer) error
		want []string
	}{
		"ready all the while":        {[]func(*certmanagerv1.ClusterIssuer) error{ready, ready, ready}, nil},
		"an API server that is away": {[]func(*certmanagerv1.ClusterIssuer) error{ready, away, ready}, nil},
		"not ready for a while":      {[]func(*certmanagerv1.ClusterIssuer) error{ready, notReady, ready}, []string{"R: m"}},
		"not ready at the end":       {[]func(*certmanagerv1.ClusterIssuer) error{ready, notReady}, []string{"R: m"}},
		"gone": {
			[]func(*certmanagerv1.ClusterIssuer) error{ready, gone},
			[]string{"it does not exist"},
		},
		"without a condition": {
			[]func(*certmanagerv1.ClusterIssuer) error{ready, bare},
			[]string{"it has no condition Ready"},
		},
		"created again meanwhile": {[]func(*certmanagerv1.ClusterIssuer) error{
			ready,
			issuer("2", cmmeta.ConditionTrue, noon()),
		}, []string{between}},
		"a flap between looks": {[]func(*certmanagerv1.ClusterIssuer) error{
			ready,
			issuer("1", cmmeta.ConditionTrue, noon().Add(time.Second)),
		}, []string{between}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reader := &cluster{seen: c.seen}
			w := StartWatch(t.Context(), reader, []string{"x"}, time.Millisecond)
			until(t, "looks", func() bool { return int(reader.looks.Load()) > len(c.seen)+1 })
			lapses := w.Stop()
			if len(lapses) != len(c.want) {
				t.Fatalf("lapses %+v, want %q", lapses, c.want)
			}
			for n, l := range lapses {
				if l.Issuer != "ClusterIssuer x" || l.Message != c.want[n] || l.Seconds < 0 {
					t.Errorf("lapse %+v, want %q", l, c.want[n])
				}
			}
		})
	}
}
