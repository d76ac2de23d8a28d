package testbed

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	ssaerrors "github.com/fluxcd/pkg/ssa/errors"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/edgeproof/edgeproof/e2e/await"
)

func TestRefusedForNow(t *testing.T) {
	t.Parallel()
	things := schema.GroupResource{Group: "example.org", Resource: "things"}
	kind := schema.GroupKind{Group: "cert-manager.io", Kind: "ClusterIssuer"}
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"a kind that is not served yet": {
			&meta.NoKindMatchError{GroupKind: kind, SearchedVersions: []string{"v1"}},
			true,
		},
		"a resource that is not served yet": {&meta.NoResourceMatchError{PartialResource: schema.GroupVersionResource{Resource: "things"}}, true},
		"the same as text":                  {errors.New(`no matches for kind "ClusterIssuer" in version "cert-manager.io/v1"`), true},
		"a webhook that does not answer":    {apierrors.NewInternalError(errors.New(`failed calling webhook "webhook.cert-manager.io": connection refused`)), true},
		"the same as text, of another status": {
			apierrors.NewBadRequest(`failed calling webhook "webhook.cert-manager.io"`),
			true,
		},
		"an overloaded server":         {apierrors.NewTooManyRequests("later", 1), true},
		"a server that starts":         {apierrors.NewServiceUnavailable("starting"), true},
		"a timeout":                    {apierrors.NewTimeoutError("slow", 1), true},
		"a timeout of the storage":     {apierrors.NewServerTimeout(things, "patch", 1), true},
		"a conflict":                   {apierrors.NewConflict(things, "a", errors.New("changed meanwhile")), true},
		"a request that took too long": {fmt.Errorf("patch: %w", context.DeadlineExceeded), true},
		"wrapped as a dry run": {
			ssaerrors.NewDryRunErr(apierrors.NewInternalError(errors.New("x")), nil),
			true,
		},
		"an object that is invalid": {apierrors.NewInvalid(kind, "a", nil), false},
		"what may not be done":      {apierrors.NewForbidden(things, "a", errors.New("no")), false},
		"a webhook's own no": {apierrors.NewForbidden(things, "a",
			errors.New("admission webhook denied the request")), false},
		"a namespace that is not there": {
			apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "a"),
			false,
		},
		"an interrupt":                         {context.Canceled, false},
		"an invalid object, as a dry run says": {ssaerrors.NewDryRunErr(apierrors.NewInvalid(kind, "a", nil), nil), false},
	} {
		if got := refusedForNow(c.err); got != c.want {
			t.Errorf("%s (%v): %t, want %t", name, c.err, got, c.want)
		}
	}
}

// refusing is a client whose first applies end in these errors.
func refusing(t *testing.T, refusals ...error) (client.Client, *int) {
	t.Helper()
	looks := 0
	return builder(t).WithInterceptorFuncs(interceptor.Funcs{
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch,
			opts ...client.PatchOption,
		) error {
			looks++
			if looks <= len(refusals) {
				return refusals[looks-1]
			}
			return c.Patch(ctx, o, p, opts...)
		},
	}).Build(), &looks
}

func TestApplyTriesAgainWhatTimeMayCure(t *testing.T) {
	t.Parallel()
	webhook := apierrors.NewInternalError(errors.New("failed calling webhook"))
	c, _ := refusing(t, webhook, webhook)
	if err := newApplier(c, brief()).apply(t.Context(), namespaceObject("a"), namespaceObject("b")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b"} {
		if err := c.Get(t.Context(), client.ObjectKey{Name: name}, namespaceObject(name)); err != nil {
			t.Error(err)
		}
	}
}

func TestApplyGivesUpAtOnceOnWhatTimeWillNotCure(t *testing.T) {
	t.Parallel()
	invalid := apierrors.NewInvalid(schema.GroupKind{Kind: "Namespace"}, "a", nil)
	c, looks := refusing(t, invalid, invalid, invalid)
	err := newApplier(c, brief()).apply(t.Context(), namespaceObject("a"), namespaceObject("b"))
	if !errors.Is(err, await.ErrFailed) || !strings.Contains(message(err), "apply of Namespace a") || *looks != 1 {
		t.Errorf("%d applies, %v; want one, and an error that names the object", *looks, err)
	}
	if err := c.Get(t.Context(), client.ObjectKey{Name: "b"}, namespaceObject("b")); !apierrors.IsNotFound(err) {
		t.Errorf("what comes after an object that is refused was applied: %v", err)
	}
}

const (
	rolling = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: apps, generation: 2}
spec: {replicas: 1, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}}
`
	rolledOut = rolling + `
status: {observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1,
  conditions: [{type: Available, status: "True"}, {type: Progressing, status: "True", reason: NewReplicaSetAvailable}]}
`
	tooLate = rolling + `
status: {observedGeneration: 2, replicas: 1, updatedReplicas: 1, conditions: [{type: Progressing, status: "False", reason: ProgressDeadlineExceeded, message: too late}]}
`
	outdated = rolling + `
status: {observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, conditions: [{type: Available, status: "True"}]}
`
	job = `
apiVersion: batch/v1
kind: Job
metadata: {name: check, namespace: apps}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: check, image: check}]}}}
`
	succeeded = job + "status: {succeeded: 1, startTime: \"2026-01-01T00:00:00Z\", completionTime: " +
		"\"2026-01-01T00:00:01Z\", conditions: [{type: Complete, status: \"True\"}]}\n"
	running = job + "status: {active: 1, startTime: \"2026-01-01T00:00:00Z\"}\n"
	gaveUp  = job + "status: {failed: 1, startTime: \"2026-01-01T00:00:00Z\", conditions: [{type: Failed, status: " +
		"\"True\", reason: BackoffLimitExceeded, message: Job has reached the specified backoff " +
		"limit}]}\n"
	notReady = clusterIssuer + "status: {conditions: [{type: Ready, status: \"False\", reason: ErrInitIssuer, message: " +
		"no account}]}\n"
	ready = clusterIssuer + "status: {conditions: [{type: Ready, status: \"True\", reason: ACMEAccountRegistered}]}\n"
)

func TestCurrent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		live, asked string
		want        await.State
		says        string
	}{
		"a Deployment that is not there":     {"", rolling, await.Pending, "not found"},
		"a Deployment just made":             {rolling, rolling, await.Pending, "InProgress"},
		"a Deployment rolled out":            {rolledOut, rolling, await.Met, "available"},
		"one whose last change was not seen": {outdated, rolling, await.Pending, "InProgress"},
		"one past its deadline may recover":  {tooLate, rolling, await.Pending, "Failed"},
		"a Job without a pod yet":            {job, job, await.Pending, "InProgress"},
		"a Job that still runs":              {running, job, await.Pending, "Job in progress"},
		"a Job that succeeded":               {succeeded, job, await.Met, "Completed"},
		"a Job that failed permanently":      {gaveUp, job, await.Failed, "Job Failed"},
		"an issuer without an account":       {notReady, clusterIssuer, await.Pending, "no account"},
		"an issuer that is ready":            {ready, clusterIssuer, await.Met, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := builder(t)
			if c.live != "" {
				b = b.WithObjects(object(t, c.live))
			}
			got := newApplier(b.Build(), brief()).current(object(t, c.asked))(t.Context())
			if got.State != c.want || !strings.Contains(strings.ToLower(got.Message), strings.ToLower(c.says)) {
				t.Errorf("%s: %q, want %s with %q", got.State, got.Message, c.want, c.says)
			}
		})
	}
}

func TestReadyNamesWhatIsNot(t *testing.T) {
	t.Parallel()
	a := newApplier(builder(t).WithObjects(object(t, rolledOut), object(t, gaveUp)).Build(), brief())
	if err := a.ready(t.Context(), brief().WorkloadReady, object(t, rolling)); err != nil {
		t.Errorf("a Deployment rolled out is not ready: %v", err)
	}
	err := a.ready(t.Context(), brief().WorkloadReady, object(t, rolling), object(t, job))
	if !errors.Is(err, await.ErrFailed) || !strings.Contains(message(err), "Job apps/check ready") ||
		strings.Contains(message(err), "Deployment") {
		t.Errorf("ready with a Job that failed = %v", err)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	o := object(t, rolling)
	if got := describe(o); got != "Deployment apps/web" {
		t.Errorf("described as %q", got)
	}
	o.SetNamespace(metav1.NamespaceNone)
	if got := describe(o); got != "Deployment web" {
		t.Errorf("without a namespace described as %q", got)
	}
}
