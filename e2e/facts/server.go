package facts

import (
	"context"
	"fmt"

	admission "k8s.io/api/admissionregistration/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func (c *collection) version(context.Context) {
	info, err := c.from.Clientset.Discovery().ServerVersion()
	if err != nil {
		c.fail(Version, "", fmt.Errorf("read the API server's version: %w", err))
		return
	}
	c.keep(func(s *Snapshot) { s.Kubernetes = info.GitVersion })
}

// clusterDNS reads the Corefile where kubeadm, kind and most others keep it.
func (c *collection) clusterDNS(ctx context.Context) {
	name := types.NamespacedName{Namespace: "kube-system", Name: "coredns"}
	var held core.ConfigMap
	if err := c.from.Kube.Get(ctx, name, &held); err != nil {
		c.fail(ClusterDNS, name.String(), fmt.Errorf("read ConfigMap %s: %w", name, err))
		return
	}
	c.keep(func(s *Snapshot) { s.ClusterDNS = held.Data["Corefile"] })
}

// webhooks lists what the API server asks before it takes an object.
func (c *collection) webhooks() []task {
	s := c.s
	mutating := read(c, Webhooks, false, &admission.MutatingWebhookConfigurationList{},
		func(l *admission.MutatingWebhookConfigurationList) {
			for i := range l.Items {
				for j := range l.Items[i].Webhooks {
					shorten(&l.Items[i].Webhooks[j].ClientConfig)
				}
			}
			s.MutatingWebhooks = append(s.MutatingWebhooks, l.Items...)
		})
	validating := read(c, Webhooks, false, &admission.ValidatingWebhookConfigurationList{},
		func(l *admission.ValidatingWebhookConfigurationList) {
			for i := range l.Items {
				for j := range l.Items[i].Webhooks {
					shorten(&l.Items[i].Webhooks[j].ClientConfig)
				}
			}
			s.ValidatingWebhooks = append(s.ValidatingWebhooks, l.Items...)
		})
	return append(mutating, validating...)
}

// shorten puts a fingerprint in the place of a CA bundle.
func shorten(config *admission.WebhookClientConfig) {
	if len(config.CABundle) > 0 {
		config.CABundle = []byte(api.Fingerprint(string(config.CABundle)))
	}
}
