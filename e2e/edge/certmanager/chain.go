package certmanager

import (
	"cmp"
	"slices"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	api "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	core "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Issuance is what follows from one Certificate: its newest request, that request's newest order and all challenges
// of the order. Anything may be nil.
type Issuance struct {
	Request    *api.CertificateRequest
	Order      *acme.Order
	Challenges []*acme.Challenge
}

// Objects finds issuances without scanning the lists they are made of. It is not changed once it is made.
type Objects struct {
	requests   map[types.NamespacedName][]*api.CertificateRequest
	orders     map[types.NamespacedName][]*acme.Order
	challenges map[types.NamespacedName][]*acme.Challenge
}

// NewObjects indexes the objects of a cluster, which it keeps.
func NewObjects(requests []api.CertificateRequest, orders []acme.Order, challenges []acme.Challenge) *Objects {
	o := &Objects{
		requests:   map[types.NamespacedName][]*api.CertificateRequest{},
		orders:     map[types.NamespacedName][]*acme.Order{},
		challenges: map[types.NamespacedName][]*acme.Challenge{},
	}
	for i := range requests {
		add(o.requests, certificateOf(&requests[i]), &requests[i])
	}
	for i := range orders {
		add(o.orders, Owner(&orders[i].ObjectMeta, api.CertificateRequestKind), &orders[i])
	}
	for i := range challenges {
		add(o.challenges, Owner(&challenges[i].ObjectMeta, "Order"), &challenges[i])
	}
	newest(o.requests, func(r *api.CertificateRequest) core.Time { return r.CreationTimestamp })
	newest(o.orders, func(r *acme.Order) core.Time { return r.CreationTimestamp })
	return o
}

// Of follows a Certificate to its challenges.
func (o *Objects) Of(c *api.Certificate) Issuance {
	var out Issuance
	if c == nil {
		return out
	}
	if list := o.requests[nameOf(&c.ObjectMeta)]; len(list) > 0 {
		out.Request = list[0]
	} else {
		return out
	}
	if list := o.orders[nameOf(&out.Request.ObjectMeta)]; len(list) > 0 {
		out.Order = list[0]
		out.Challenges = o.challenges[nameOf(&out.Order.ObjectMeta)]
	}
	return out
}

// Requests lists the requests of a Certificate, newest first.
func (o *Objects) Requests(c *api.Certificate) []*api.CertificateRequest {
	return o.requests[nameOf(&c.ObjectMeta)]
}

// certificateOf is the Certificate that a request is made for: by its annotation, else by its owner.
func certificateOf(r *api.CertificateRequest) types.NamespacedName {
	if n := r.Annotations[api.CertificateNameKey]; n != "" {
		return types.NamespacedName{Namespace: r.Namespace, Name: n}
	}
	return Owner(&r.ObjectMeta, api.CertificateKind)
}

// Owner is the first owner of a kind; without one only the namespace is given. References of owners may lack their
// kind in what people write by hand: then the only owner counts.
func Owner(m *core.ObjectMeta, kind string) types.NamespacedName {
	out := types.NamespacedName{Namespace: m.Namespace}
	for _, o := range m.OwnerReferences {
		if o.Kind == kind || o.Kind == "" && len(m.OwnerReferences) == 1 {
			out.Name = o.Name
			break
		}
	}
	return out
}

// MadeFor is the object of a kind, "Ingress", that a Certificate was made for; "" when it was made by hand.
func MadeFor(c *api.Certificate, kind string) string {
	for _, o := range c.OwnerReferences {
		if o.Kind == kind {
			return o.Name
		}
	}
	return ""
}

func nameOf(m *core.ObjectMeta) types.NamespacedName {
	return types.NamespacedName{Namespace: m.Namespace, Name: m.Name}
}

func add[T any](to map[types.NamespacedName][]*T, name types.NamespacedName, object *T) {
	if name.Name != "" {
		to[name] = append(to[name], object)
	}
}

func newest[T any](groups map[types.NamespacedName][]*T, at func(*T) core.Time) {
	for _, list := range groups {
		slices.SortStableFunc(list, func(a, b *T) int { return cmp.Compare(at(b).UnixNano(), at(a).UnixNano()) })
	}
}
