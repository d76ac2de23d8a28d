package facts

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	admission "k8s.io/api/admissionregistration/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// pageSize bounds the objects of one answer, and so the memory of both sides.
const pageSize = 500

// kubernetes lists the tasks that read objects.
func (c *collection) kubernetes() []task {
	s := c.s
	var out []task
	add := func(p Part, tasks []task) {
		if s.Has(p) {
			out = append(out, tasks...)
		}
	}
	add(Version, []task{c.version})
	add(Namespaces, read(c, Namespaces, false, &core.NamespaceList{},
		func(l *core.NamespaceList) { s.Namespaces = append(s.Namespaces, l.Items...) }))
	add(Pods, read(c, Pods, true, &core.PodList{}, func(l *core.PodList) {
		for i := range l.Items {
			c.secrets.conceal(&l.Items[i].Spec)
		}
		s.Pods = append(s.Pods, l.Items...)
	}))
	add(Deployments, read(c, Deployments, true, &apps.DeploymentList{}, func(l *apps.DeploymentList) {
		for i := range l.Items {
			c.secrets.conceal(&l.Items[i].Spec.Template.Spec)
		}
		s.Deployments = append(s.Deployments, l.Items...)
	}))
	add(DaemonSets, read(c, DaemonSets, true, &apps.DaemonSetList{}, func(l *apps.DaemonSetList) {
		for i := range l.Items {
			c.secrets.conceal(&l.Items[i].Spec.Template.Spec)
		}
		s.DaemonSets = append(s.DaemonSets, l.Items...)
	}))
	add(StatefulSets, read(c, StatefulSets, true, &apps.StatefulSetList{}, func(l *apps.StatefulSetList) {
		for i := range l.Items {
			c.secrets.conceal(&l.Items[i].Spec.Template.Spec)
		}
		s.StatefulSets = append(s.StatefulSets, l.Items...)
	}))
	add(Nodes, read(c, Nodes, false, &core.NodeList{}, func(l *core.NodeList) {
		for i := range l.Items {
			l.Items[i].Status.Images = nil
		}
		s.Nodes = append(s.Nodes, l.Items...)
	}))
	add(NetworkPolicies, read(c, NetworkPolicies, true, &networking.NetworkPolicyList{},
		func(l *networking.NetworkPolicyList) { s.NetworkPolicies = append(s.NetworkPolicies, l.Items...) }))
	add(ResourceQuotas, read(c, ResourceQuotas, true, &core.ResourceQuotaList{},
		func(l *core.ResourceQuotaList) { s.ResourceQuotas = append(s.ResourceQuotas, l.Items...) }))
	add(Services, read(c, Services, true, &core.ServiceList{},
		func(l *core.ServiceList) { s.Services = append(s.Services, l.Items...) }))
	add(EndpointSlices, read(c, EndpointSlices, true, &discovery.EndpointSliceList{},
		func(l *discovery.EndpointSliceList) {
			s.EndpointSlices = append(s.EndpointSlices, l.Items...)
		}))
	add(IngressClasses, read(c, IngressClasses, false, &networking.IngressClassList{},
		func(l *networking.IngressClassList) {
			s.IngressClasses = append(s.IngressClasses, l.Items...)
		}))
	add(Ingresses, read(c, Ingresses, true, &networking.IngressList{},
		func(l *networking.IngressList) { s.Ingresses = append(s.Ingresses, l.Items...) }))
	add(Secrets, read(c, Secrets, true, &core.SecretList{}, func(l *core.SecretList) {
		for i := range l.Items {
			c.secrets.remember(&l.Items[i])
			s.Secrets = append(s.Secrets, shapeOf(&l.Items[i]))
		}
	}))
	add(Events, read(c, Events, true, &core.EventList{},
		func(l *core.EventList) { s.Events = append(s.Events, l.Items...) }))
	add(ClusterIssuers, read(c, ClusterIssuers, false, &certmanager.ClusterIssuerList{},
		func(l *certmanager.ClusterIssuerList) {
			s.ClusterIssuers = append(s.ClusterIssuers, l.Items...)
		}))
	add(Issuers, read(c, Issuers, true, &certmanager.IssuerList{},
		func(l *certmanager.IssuerList) { s.Issuers = append(s.Issuers, l.Items...) }))
	add(Certificates, read(c, Certificates, true, &certmanager.CertificateList{}, func(l *certmanager.CertificateList) {
		s.Certificates = append(s.Certificates, l.Items...)
	}))
	add(CertificateRequests, read(c, CertificateRequests, true, &certmanager.CertificateRequestList{},
		func(l *certmanager.CertificateRequestList) {
			s.CertificateRequests = append(s.CertificateRequests, l.Items...)
		}))
	add(Orders, read(c, Orders, true, &acme.OrderList{},
		func(l *acme.OrderList) { s.Orders = append(s.Orders, l.Items...) }))
	add(Challenges, read(c, Challenges, true, &acme.ChallengeList{},
		func(l *acme.ChallengeList) { s.Challenges = append(s.Challenges, l.Items...) }))
	add(Webhooks, c.webhooks())
	add(ClusterDNS, []task{c.clusterDNS})
	return append(out, c.extended()...)
}

// read makes one task for each namespace in scope, or one for the whole cluster. keep runs under the
// collection's lock, once a page.
func read[L client.ObjectList](c *collection, part Part, namespaced bool, empty L, keep func(L)) []task {
	within := c.scope.Namespaces
	if !namespaced || len(within) == 0 {
		within = []string{""}
	}
	out := make([]task, 0, len(within))
	for _, namespace := range within {
		out = append(out, func(ctx context.Context) {
			for next := ""; ; {
				page := empty.DeepCopyObject().(L) //nolint:forcetypeassert // a copy is of its original's type
				if err := c.from.Kube.List(ctx, page, &client.ListOptions{
					Namespace: namespace, Limit: pageSize,
					Continue: next,
				}); err != nil {
					c.fail(part, namespace, fmt.Errorf("list %s: %w", part, err))
					return
				}
				c.keep(func(*Snapshot) { keep(page) })
				if next = page.GetContinue(); next == "" {
					return
				}
			}
		})
	}
	return out
}

// sortObjects orders objects by namespace and name and drops what is bulk and no fact.
func sortObjects(s *Snapshot) {
	tidy(s.Namespaces, func(o *core.Namespace) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.Pods, func(o *core.Pod) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.Deployments, func(o *apps.Deployment) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.DaemonSets, func(o *apps.DaemonSet) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.StatefulSets, func(o *apps.StatefulSet) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.Nodes, func(o *core.Node) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.NetworkPolicies, func(o *networking.NetworkPolicy) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.ResourceQuotas, func(o *core.ResourceQuota) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.Extensions, func(o *Extension) *meta.ObjectMeta { return &o.ObjectMeta })
	slices.SortStableFunc(s.Extensions, func(a, b Extension) int { return cmp.Compare(a.Kind, b.Kind) })
	tidy(s.ConfigMaps, func(o *core.ConfigMap) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.Services, func(o *core.Service) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.EndpointSlices, func(o *discovery.EndpointSlice) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.IngressClasses, func(o *networking.IngressClass) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.Ingresses, func(o *networking.Ingress) *meta.ObjectMeta { return &o.ObjectMeta })
	tidyExtended(s)
	tidy(s.Secrets, func(o *Secret) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.Events, func(o *core.Event) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.ClusterIssuers, func(o *certmanager.ClusterIssuer) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.Issuers, func(o *certmanager.Issuer) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.Certificates, func(o *certmanager.Certificate) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.CertificateRequests, func(o *certmanager.CertificateRequest) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.Orders, func(o *acme.Order) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.MutatingWebhooks, func(o *admission.MutatingWebhookConfiguration) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.ValidatingWebhooks,
		func(o *admission.ValidatingWebhookConfiguration) *meta.ObjectMeta { return &o.ObjectMeta })
	tidy(s.Challenges, func(o *acme.Challenge) *meta.ObjectMeta { return &o.ObjectMeta })
}

func tidy[T any](objects []T, of func(*T) *meta.ObjectMeta) {
	for i := range objects {
		m := of(&objects[i])
		m.ManagedFields = nil
		// A copy of the whole object, and of a Secret's values with it.
		delete(m.Annotations, core.LastAppliedConfigAnnotation)
	}
	slices.SortFunc(objects, func(a, b T) int {
		x, y := of(&a), of(&b)
		return cmp.Or(cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Name, y.Name))
	})
}
