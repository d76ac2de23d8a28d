package fault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	apiutil "github.com/cert-manager/cert-manager/pkg/api/util"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/util/retry"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

// Scale sets the replicas of a Deployment.
type Scale struct {
	Named    `json:",inline"`
	Replicas *int32 `json:"replicas"`
}

func (s *Scale) check() error {
	if s.Replicas == nil || *s.Replicas < 0 {
		return fmt.Errorf("scale.replicas: give 0 or more")
	}
	return s.Named.check("scale")
}

func (s *Scale) inject(ctx context.Context, i *Injector) (undo, error) {
	what := "scale of Deployment " + s.Namespace + "/" + s.Name
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: s.Namespace, Name: s.Name}}
	if err := i.Client.Get(ctx, client.ObjectKeyFromObject(d), d); err != nil {
		return undo{}, fmt.Errorf("%s: %w", what, err)
	}
	before := ptr.Deref(d.Spec.Replicas, 1)
	if before == *s.Replicas {
		return undo{}, fmt.Errorf("%s: %w", what, errNothing)
	}
	to := func(ctx context.Context, replicas int32) error {
		named := metav1.ObjectMeta{Namespace: s.Namespace, Name: s.Name}
		return i.Client.SubResource("scale").Update(ctx, &appsv1.Deployment{ObjectMeta: named},
			client.WithSubResourceBody(&autoscalingv1.Scale{
				ObjectMeta: named, Spec: autoscalingv1.ScaleSpec{Replicas: replicas},
			}))
	}
	if err := to(ctx, *s.Replicas); err != nil {
		return undo{}, fmt.Errorf("%s: %w", what, err)
	}
	if *s.Replicas == 0 {
		if err := i.ended(ctx, d); err != nil {
			return undo{}, errors.Join(fmt.Errorf("%s: %w", what, err), to(context.WithoutCancel(ctx), before))
		}
	}
	return undo{0, what, func(ctx context.Context) error { return to(ctx, before) }}, nil
}

// ended ends the pods of a Deployment at once and waits until they are gone: one that still runs would undo what the
// next action does.
func (i *Injector) ended(ctx context.Context, d *appsv1.Deployment) error {
	pods, err := i.deletePods(ctx, d, 1)
	if err != nil {
		return fmt.Errorf("end its pods: %w", err)
	}
	err = wait.PollUntilContextTimeout(ctx, time.Second/4, time.Minute, true, func(ctx context.Context) (bool, error) {
		var left corev1.PodList
		err := i.Client.List(ctx, &left, client.InNamespace(d.Namespace), pods)
		return err == nil && len(left.Items) == 0, err
	})
	if err != nil {
		return fmt.Errorf("wait for the end of its pods: %w", err)
	}
	return nil
}

// deletePods deletes the pods of a Deployment, and returns what selects them.
func (i *Injector) deletePods(ctx context.Context, d *appsv1.Deployment, grace int64) (client.MatchingLabelsSelector,
	error,
) {
	selector, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
	pods := client.MatchingLabelsSelector{Selector: selector}
	if err != nil {
		return pods, err
	}
	if selector.Empty() {
		return pods, errors.New("it has no selector")
	}
	return pods, i.Client.DeleteAllOf(ctx, &corev1.Pod{}, client.InNamespace(d.Namespace), pods,
		client.GracePeriodSeconds(grace))
}

// Restart deletes the pods of a Deployment.
type Restart Named

func (r *Restart) check() error { return Named(*r).check("restart") }

// inject deletes the pods at once: the new ones start with what there is now. Undone, it is done again.
func (r *Restart) inject(ctx context.Context, i *Injector) (undo, error) {
	do := func(ctx context.Context) error {
		var d appsv1.Deployment
		err := i.Client.Get(ctx, types.NamespacedName{Namespace: r.Namespace, Name: r.Name}, &d)
		if err == nil {
			_, err = i.deletePods(ctx, &d, 0)
		}
		if err != nil {
			return fmt.Errorf("restart Deployment %s/%s: %w", r.Namespace, r.Name, err)
		}
		return nil
	}
	return undo{1, "restart of Deployment " + r.Namespace + "/" + r.Name, do}, do(ctx)
}

// Renew requests a Certificate again, as `cmctl renew` does. Undone, it is given up, unless the certificate has been
// issued: cert-manager is then writing the Secret, and ends the renewal by itself.
type Renew Named

// renewReason is what cmctl gives.
const renewReason = "ManuallyTriggered"

func (r *Renew) check() error { return Named(*r).check("renew") }

func (r *Renew) inject(ctx context.Context, i *Injector) (undo, error) {
	what := "renewal of Certificate " + r.Namespace + "/" + r.Name
	change := func(ctx context.Context, change func(*certmanager.Certificate) error) error {
		return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
			var c certmanager.Certificate
			if err := i.Client.Get(ctx, types.NamespacedName{Namespace: r.Namespace, Name: r.Name}, &c); err != nil {
				return err
			}
			before := len(c.Status.Conditions)
			if err := change(&c); err != nil || len(c.Status.Conditions) == before {
				return err
			}
			return i.Client.Status().Update(ctx, &c)
		})
	}
	err := change(ctx, func(c *certmanager.Certificate) error {
		if apiutil.GetCertificateCondition(c, certmanager.CertificateConditionIssuing) != nil {
			return errNothing
		}
		apiutil.SetCertificateCondition(c, c.Generation, certmanager.CertificateConditionIssuing, cmmeta.ConditionTrue,
			renewReason,
			"Certificate re-issuance manually triggered")
		return nil
	})
	if err != nil {
		return undo{}, fmt.Errorf("%s: %w", what, err)
	}
	return undo{0, what, func(ctx context.Context) error {
		return change(ctx, func(c *certmanager.Certificate) error {
			if issuing := apiutil.GetCertificateCondition(c, certmanager.CertificateConditionIssuing); issuing != nil &&
				issuing.Reason == renewReason {
				issued, err := i.issued(ctx, c)
				if err != nil || issued {
					return err
				}
				apiutil.RemoveCertificateCondition(c, certmanager.CertificateConditionIssuing)
			}
			return nil
		})
	}}, nil
}

// issued reports whether the newest request of a Certificate got one that is not yet in its Secret.
func (i *Injector) issued(ctx context.Context, c *certmanager.Certificate) (bool, error) {
	var requests certmanager.CertificateRequestList
	if err := i.Client.List(ctx, &requests, client.InNamespace(c.Namespace)); err != nil {
		return false, fmt.Errorf("list the requests of Certificate %s/%s: %w", c.Namespace, c.Name, err)
	}
	newest := cm.NewObjects(requests.Items, nil, nil).Of(c).Request
	if newest == nil {
		return false, nil
	}
	ready := cm.RequestReady(newest)
	stored := strconv.Itoa(ptr.Deref(c.Status.Revision, 0))
	return ready != nil && ready.Status == cmmeta.ConditionTrue &&
		newest.Annotations[certmanager.CertificateRequestRevisionAnnotationKey] != stored, nil
}
