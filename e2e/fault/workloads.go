package fault

import (
	"context"
	"errors"
	"fmt"
	"time"

	apiutil "github.com/cert-manager/cert-manager/pkg/api/util"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/util/retry"
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
	scale, err := i.Kube.AppsV1().Deployments(s.Namespace).GetScale(ctx, s.Name, metav1.GetOptions{})
	if err != nil {
		return undo{}, fmt.Errorf("%s: %w", what, err)
	}
	before := scale.Spec.Replicas
	if before == *s.Replicas {
		return undo{}, fmt.Errorf("%s: %w", what, errNothing)
	}
	to := func(ctx context.Context, replicas int32) error {
		_, err := i.Kube.AppsV1().Deployments(s.Namespace).UpdateScale(ctx, s.Name, &autoscalingv1.Scale{
			ObjectMeta: metav1.ObjectMeta{Namespace: s.Namespace, Name: s.Name},
			Spec:       autoscalingv1.ScaleSpec{Replicas: replicas},
		}, metav1.UpdateOptions{})
		return err
	}
	if err := to(ctx, *s.Replicas); err != nil {
		return undo{}, fmt.Errorf("%s: %w", what, err)
	}
	if *s.Replicas == 0 {
		if err := i.ended(ctx, s.Namespace, scale.Status.Selector); err != nil {
			return undo{}, errors.Join(fmt.Errorf("%s: %w", what, err), to(context.WithoutCancel(ctx), before))
		}
	}
	return undo{0, what, func(ctx context.Context) error { return to(ctx, before) }}, nil
}

// ended has pods ended at once and waits until they are: one that is still at work would undo what the next
// action does.
func (i *Injector) ended(ctx context.Context, namespace, selector string) error {
	if selector == "" {
		return errors.New("it has no selector")
	}
	pods := i.Kube.CoreV1().Pods(namespace)
	chosen := metav1.ListOptions{LabelSelector: selector}
	err := pods.DeleteCollection(ctx, metav1.DeleteOptions{GracePeriodSeconds: new(int64(1))}, chosen)
	if err != nil {
		return fmt.Errorf("end its pods: %w", err)
	}
	err = wait.PollUntilContextTimeout(ctx, time.Second/4, time.Minute, true, func(ctx context.Context) (bool, error) {
		left, err := pods.List(ctx, chosen)
		return err == nil && len(left.Items) == 0, err
	})
	if err != nil {
		return fmt.Errorf("wait for the end of its pods: %w", err)
	}
	return nil
}

// Restart deletes the pods of a Deployment.
type Restart Named

func (r *Restart) check() error { return Named(*r).check("restart") }

// inject deletes the pods at once: the new ones start with what there is now. Undone, it is done again.
func (r *Restart) inject(ctx context.Context, i *Injector) (undo, error) {
	do := func(ctx context.Context) error {
		d, err := i.Kube.AppsV1().Deployments(r.Namespace).Get(ctx, r.Name, metav1.GetOptions{})
		if err != nil {
			return fmt.Errorf("restart Deployment %s/%s: %w", r.Namespace, r.Name, err)
		}
		err = i.Kube.CoreV1().Pods(r.Namespace).DeleteCollection(ctx, metav1.DeleteOptions{GracePeriodSeconds: new(int64)},
			metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(d.Spec.Selector)})
		if err != nil {
			return fmt.Errorf("restart Deployment %s/%s: %w", r.Namespace, r.Name, err)
		}
		return nil
	}
	return undo{1, "restart of Deployment " + r.Namespace + "/" + r.Name, do}, do(ctx)
}

// Renew requests a Certificate again, as `cmctl renew` does.
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
				apiutil.RemoveCertificateCondition(c, certmanager.CertificateConditionIssuing)
			}
			return nil
		})
	}}, nil
}
