package testbed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// fluxNamespace is made by Flux's own bootstrap, before any bundle.
const fluxNamespace = "flux-system"

// hookDeletePolicy is the annotation by which a chart says when a hook is deleted:
// https://helm.sh/docs/topics/charts_hooks/#hook-deletion-policies
const hookDeletePolicy = "helm.sh/hook-delete-policy"

// installBundle installs the bundle and then the applications, stage by stage in dependency order, as Flux would. As
// soon as a namespace exists that a token Secret belongs to, the Secret is made, as an operator does by hand: before
// anything that needs it.
func (s *Testbed) installBundle(ctx context.Context) error {
	wants, err := WantsOf(s.Bundle, s.Apps)
	if err != nil {
		return err
	}
	if err := s.makeZones(ctx, wants.Zones); err != nil {
		return err
	}
	if err := s.applier.apply(ctx, namespaceObject(fluxNamespace)); err != nil {
		return err
	}
	if s.Engine != nil {
		if err := s.deliver(ctx, wants.Tokens); err != nil {
			if err := s.stuck(ctx, "delivery", err); err != nil {
				return err
			}
		}
		s.NewToEngine = s.Delivered.New
		return s.installApps(ctx)
	}
	for _, stage := range s.Bundle.Stages {
		if err := s.applyWaves(ctx, stage.Waves(), wants.Tokens); err != nil {
			return s.stuck(ctx, "stage "+stage.Name, err)
		}
	}
	return s.installApps(ctx)
}

// stuck notes where the bundle does not become ready, and returns what is the world's error and not the
// bundle's. As with Flux, what depends on that is not applied; it is for the specs to judge what it means.
func (s *Testbed) stuck(ctx context.Context, where string, err error) error {
	var late *await.Error
	if !errors.As(err, &late) || ctx.Err() != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	s.Stuck = fmt.Sprintf("%s: %v", where, err)
	s.Log.Warn("the bundle does not become ready; it is judged as it stands: %s", s.Stuck)
	return nil
}

// installApps applies the applications. Nothing waits for them here: whether their routes work is what is judged.
func (s *Testbed) installApps(ctx context.Context) error {
	for _, stage := range s.Apps.Stages {
		for _, wave := range stage.Waves() {
			for _, o := range wave.Objects {
				if err := s.applier.apply(ctx, o.Unstructured); err != nil {
					if err := s.refused(ctx, o.Source, err); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// applyWaves applies the waves of a stage one after the other, each when the one before is ready.
func (s *Testbed) applyWaves(ctx context.Context, waves []bundle.Wave, tokens []SecretKey) error {
	var done []*unstructured.Unstructured // hooks that Helm deletes once all of them have succeeded
	for _, wave := range waves {
		if err := s.prepare(ctx, tokens); err != nil {
			// A failure of the test environment, not of the bundle: %w is avoided, so that it is not taken for a bundle
			// that does not become ready.
			return fmt.Errorf("prepare the test environment: %s", err.Error())
		}
		objects := make([]*unstructured.Unstructured, 0, len(wave.Objects))
		for _, o := range wave.Objects {
			objects = append(objects, o.Unstructured)
			if wave.Hooks && strings.Contains(o.GetAnnotations()[hookDeletePolicy], "hook-succeeded") {
				done = append(done, o.Unstructured)
			}
		}
		if wave.Hooks {
			if err := s.clearHooks(ctx, objects); err != nil {
				return err
			}
		}
		if err := s.applier.apply(ctx, objects...); err != nil {
			return fmt.Errorf("%s: %w", wave.Name, err)
		}
		if err := s.applier.ready(ctx, s.Budgets.WorkloadReady, objects...); err != nil {
			return fmt.Errorf("%s: %w", wave.Name, err)
		}
	}
	return s.discard(ctx, done)
}

// discard deletes hooks that have done their work; nothing waits for their end.
func (s *Testbed) discard(ctx context.Context, hooks []*unstructured.Unstructured) error {
	for _, o := range hooks {
		if err := s.remove(ctx, o); err != nil {
			return fmt.Errorf("delete hook %s: %w", describe(o), err)
		}
	}
	return nil
}

// remove deletes an object, if it is there, and what it owns; it does not wait for the end.
func (s *Testbed) remove(ctx context.Context, o *unstructured.Unstructured) error {
	return client.IgnoreNotFound(s.Client.Delete(ctx, o.DeepCopy(),
		client.PropagationPolicy(metav1.DeletePropagationBackground)))
}

func namespaceObject(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name},
	}}
}

// clearHooks deletes what an earlier run left of hooks and waits until it is gone: the next must be a new one.
func (s *Testbed) clearHooks(ctx context.Context, hooks []*unstructured.Unstructured) error {
	if err := s.discard(ctx, hooks); err != nil {
		return err
	}
	for _, o := range hooks {
		_, err := await.Until(ctx, s.Budgets.FaultVisible, "end of "+describe(o), func(ctx context.Context) await.Answer {
			live := &unstructured.Unstructured{}
			live.SetGroupVersionKind(o.GroupVersionKind())
			if err := s.Client.Get(ctx, client.ObjectKeyFromObject(o), live); apierrors.IsNotFound(err) {
				return await.Done("gone")
			}
			return await.Wait("still there")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// makeZones makes the zones that the bundle manages, as somebody did at the provider long ago.
func (s *Testbed) makeZones(ctx context.Context, names []string) error {
	zones, err := s.Internet.Zones(ctx)
	if err != nil {
		return fmt.Errorf("list zones at the provider: %w", err)
	}
	for _, name := range names {
		if slices.ContainsFunc(zones, func(z api.Zone) bool { return z.Name == name }) {
			continue
		}
		if _, err := s.Internet.CreateZone(ctx, api.ZoneDraft{Name: name, Plan: "pro"}); err != nil {
			return fmt.Errorf("make zone %s at the provider: %w", name, err)
		}
	}
	return nil
}

// prepare does what must be done between the first namespace and the first object that needs it: the token
// Secrets, the cluster's DNS, and a look whether new pods really get the trust that they are to have.
func (s *Testbed) prepare(ctx context.Context, tokens []SecretKey) error {
	if err := s.provideTokens(ctx, tokens); err != nil {
		return err
	}
	for _, name := range s.trustedNamespaces() {
		if exists, err := s.namespaceExists(ctx, name); err != nil || !exists {
			if err != nil {
				return err
			}
			continue
		}
		if err := s.applier.ready(ctx, s.Budgets.WorkloadReady, s.names...); err != nil {
			return err
		}
		if _, err := await.Until(ctx, s.Budgets.WebhookReady, "trust of pods in namespace "+
			name, s.trusting(name)); err != nil {
			return err
		}
	}
	return nil
}

// provideTokens makes the token Secrets whose namespaces exist, after those that stand in, which may hold the
// same keys.
func (s *Testbed) provideTokens(ctx context.Context, tokens []SecretKey) error {
	if err := s.provideStandIns(ctx); err != nil {
		return err
	}
	for _, key := range tokens {
		exists, err := s.namespaceExists(ctx, key.Namespace)
		if err != nil {
			return err
		}
		if !exists {
			continue
		}
		if err := s.provideToken(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

func (s *Testbed) namespaceExists(ctx context.Context, name string) (bool, error) {
	err := s.Client.Get(ctx, types.NamespacedName{Name: name}, &corev1.Namespace{})
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for namespace %s: %w", name, err)
	}
	return true, nil
}

// provideToken makes the token Secret, unless it is there: an operator's, or that of an earlier run of this cluster.
func (s *Testbed) provideToken(ctx context.Context, key SecretKey) error {
	var secret corev1.Secret
	err := s.Client.Get(ctx, types.NamespacedName{Namespace: key.Namespace, Name: key.Name}, &secret)
	if err == nil && len(secret.Data[key.Key]) > 0 {
		return nil
	}
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("look for %s: %w", key, err)
	}
	token, mintErr := s.Internet.CreateToken(ctx, api.TokenDraft{Name: "edge"})
	if mintErr != nil {
		return fmt.Errorf("mint the API token at the provider: %w", mintErr)
	}
	if err == nil {
		before := secret.DeepCopy()
		secret.Data = mergeKey(secret.Data, key.Key, token.Value)
		err = s.Client.Patch(ctx, &secret, client.MergeFrom(before))
	} else {
		secret = corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
			Data:       mergeKey(nil, key.Key, token.Value),
		}
		err = s.Client.Create(ctx, &secret)
	}
	if err != nil {
		return fmt.Errorf("make %s: %w", key, err)
	}
	return nil
}

func mergeKey(data map[string][]byte, key, value string) map[string][]byte {
	if data == nil {
		data = map[string][]byte{}
	}
	data[key] = []byte(value)
	return data
}

// trusting asks the API server what it would make of a pod, without making it.
func (s *Testbed) trusting(namespace string) await.Expectation {
	return func(ctx context.Context) await.Answer {
		no, yes := false, true
		tiny := corev1.ResourceList{
			corev1.ResourceCPU:    resource.MustParse("1m"),
			corev1.ResourceMemory: resource.MustParse("1Mi"),
		}
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "edgeproof-trust"},
			Spec: corev1.PodSpec{
				SecurityContext: &corev1.PodSecurityContext{
					RunAsNonRoot:   &yes,
					SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
				},
				Containers: []corev1.Container{{
					Name: "trust", Image: "edgeproof.dev/trust:none",
					Resources: corev1.ResourceRequirements{Requests: tiny, Limits: tiny}, // a quota may ask for them
					SecurityContext: &corev1.SecurityContext{
						AllowPrivilegeEscalation: &no,
						Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
					},
				}},
			},
		}
		if err := s.Client.Create(ctx, pod, client.DryRunAll); err != nil {
			return await.Wait("%v", err)
		}
		trusted := slices.ContainsFunc(pod.Spec.Containers[0].Env,
			func(e corev1.EnvVar) bool { return e.Name == "SSL_CERT_FILE" })
		if !trusted {
			return await.Wait("the admission policy does not act yet")
		}
		return await.Done("trusted")
	}
}

// workloadNamespaces lists the namespaces in which the bundles run pods.
func workloadNamespaces(bundles ...*bundle.Bundle) []string {
	found := map[string]bool{}
	for _, b := range bundles {
		for _, o := range b.Objects() {
			switch o.GetKind() {
			case "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod":
				found[o.GetNamespace()] = true
			}
		}
	}
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
