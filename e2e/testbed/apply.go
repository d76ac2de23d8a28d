package testbed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/envsubst"
	"github.com/fluxcd/pkg/ssa"
	"github.com/fluxcd/pkg/ssa/utils"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/await"
)

// fieldManager is who owns what a GitOps engine applies; the same as Flux's, so that a bundle behaves as it will.
const fieldManager = "kustomize-controller"

// applier applies objects by server-side apply and waits for them as Flux does (kstatus).
type applier struct {
	client  client.Client
	manager *ssa.ResourceManager
	budgets await.Budgets
}

func newApplier(c client.Client, budgets await.Budgets) *applier {
	owner := ssa.Owner{Field: fieldManager, Group: "kustomize.toolkit.fluxcd.io"}
	return &applier{client: c, manager: ssa.NewResourceManager(c, nil, owner), budgets: budgets}
}

// apply applies objects one by one, in the given order. What the API server refuses only for now (a webhook that is
// still starting, a kind whose CRD is still being served) is tried again within the budget.
func (a *applier) apply(ctx context.Context, objects ...*unstructured.Unstructured) error {
	for _, o := range objects {
		_, err := await.Until(ctx, a.budgets.ObjectApplied, "apply of "+describe(o), func(ctx context.Context) await.Answer {
			_, err := a.manager.Apply(ctx, o, ssa.ApplyOptions{})
			switch {
			case err == nil:
				return await.Done("applied")
			case refusedForNow(err):
				return await.Wait("%v", err)
			}
			return await.Fail("%v", err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// refusedForNow reports whether a refused request may succeed later.
func refusedForNow(err error) bool {
	return meta.IsNoMatchError(err) || apierrors.IsInternalError(err) || apierrors.IsServiceUnavailable(err) ||
		apierrors.IsTimeout(err) || apierrors.IsServerTimeout(err) || apierrors.IsTooManyRequests(err) ||
		apierrors.IsConflict(err) || errors.Is(err, context.DeadlineExceeded) ||
		strings.Contains(err.Error(), "no matches for kind") || strings.Contains(err.Error(), "failed calling webhook")
}

// ready waits until every object is current in the sense of kstatus: Deployments rolled out, Jobs complete, custom
// resources with Ready=True.
func (a *applier) ready(ctx context.Context, budget await.Budget, objects ...*unstructured.Unstructured) error {
	goals := make([]await.Goal, 0, len(objects))
	for _, o := range objects {
		goals = append(goals, await.Goal{What: describe(o) + " ready", Budget: budget, Expect: a.current(o)})
	}
	_, err := await.All(ctx, goals...)
	return err
}

func (a *applier) current(o *unstructured.Unstructured) await.Expectation {
	return func(ctx context.Context) await.Answer {
		live := &unstructured.Unstructured{}
		live.SetGroupVersionKind(o.GroupVersionKind())
		if err := a.client.Get(ctx, client.ObjectKeyFromObject(o), live); err != nil {
			return await.Wait("%v", err)
		}
		result, err := status.Compute(live)
		if err != nil {
			return await.Fail("compute status: %v", err)
		}
		job := live.GetKind() == "Job"
		switch {
		case result.Status == status.FailedStatus && job:
			return await.Fail("%s", result.Message) // a Job does not recover; a Deployment past its deadline may
		case job && !complete(live):
			return await.Wait("%s: %s", result.Status, result.Message) // kstatus calls a Job current as soon as it has begun
		case result.Status == status.CurrentStatus:
			return await.Done("%s", result.Message)
		}
		return await.Wait("%s: %s", result.Status, result.Message)
	}
}

// complete says whether a Job has the condition Complete.
func complete(job *unstructured.Unstructured) bool {
	conditions, _, _ := unstructured.NestedSlice(job.Object, "status", "conditions")
	return slices.ContainsFunc(conditions, func(c any) bool {
		condition, _ := c.(map[string]any)
		return condition["type"] == "Complete" && condition["status"] == "True"
	})
}

// readManifests reads every manifest of a folder and fills in variables, by the rules of Flux's post-build
// substitution. A variable that is not given is an error.
func readManifests(from fs.FS, folder string, variables map[string]string) ([]*unstructured.Unstructured, error) {
	files, err := fs.Glob(from, path.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("read manifests: no YAML file in %s", folder)
	}
	var out []*unstructured.Unstructured
	for _, file := range files {
		raw, err := fs.ReadFile(from, file)
		if err != nil {
			return nil, fmt.Errorf("read manifest: %w", err)
		}
		filled, err := envsubst.Eval(string(raw), func(name string) (string, bool) {
			value, ok := variables[name]
			return value, ok
		})
		if err != nil {
			return nil, fmt.Errorf("fill variables of %s: %w", file, err)
		}
		objects, err := utils.ReadObjects(strings.NewReader(filled))
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", file, err)
		}
		out = append(out, objects...)
	}
	return out, nil
}

// describe names an object as people write it: "Deployment cert-manager/external-dns".
func describe(o *unstructured.Unstructured) string {
	if o.GetNamespace() == "" {
		return o.GetKind() + " " + o.GetName()
	}
	return o.GetKind() + " " + o.GetNamespace() + "/" + o.GetName()
}
