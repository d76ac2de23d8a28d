package upgrade

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Provider is what holds the zones, and remembers what was done to them.
type Provider interface {
	Zones(ctx context.Context) ([]api.Zone, error)
	Records(ctx context.Context, zoneNamed string, f api.RecordFilter) ([]api.Record, error)
	Journal(ctx context.Context, f api.JournalFilter) (api.JournalPage, error)
}

// State is what an edge keeps through a change, at one moment.
type State struct {
	Taken        time.Time
	Records      []api.Record
	Certificates map[types.NamespacedName]Certificate
	Definitions  map[string]Definition
	// Seq is the newest entry of the journal.
	Seq uint64
}

// Certificate is a Certificate that is in use.
type Certificate struct {
	Names   []string
	Serial  string    // of the leaf in its Secret, in hexadecimal digits
	Renewal time.Time // when it is due
}

// Definition is a CustomResourceDefinition.
type Definition struct {
	UID            types.UID
	Stored, Served []string // versions
}

// Look takes the state of the cluster and of the provider.
func Look(ctx context.Context, cluster client.Reader, provider Provider) (State, error) {
	s := State{Taken: time.Now()}
	// none of them: only the number of the newest
	entries, err := provider.Journal(ctx, api.JournalFilter{After: ^uint64(0) >> 1})
	if err != nil {
		return s, fmt.Errorf("read the journal: %w", err)
	}
	s.Seq = entries.Last
	zones, err := provider.Zones(ctx)
	if err != nil {
		return s, fmt.Errorf("list zones: %w", err)
	}
	for _, z := range zones {
		records, err := provider.Records(ctx, z.Name, api.RecordFilter{})
		if err != nil {
			return s, fmt.Errorf("list records of zone %s: %w", z.Name, err)
		}
		s.Records = append(s.Records, records...)
	}
	if s.Certificates, err = certificates(ctx, cluster); err != nil {
		return s, err
	}
	s.Definitions, err = definitions(ctx, cluster)
	return s, err
}

// certificates lists those that are issued. Where the kind is gone there are none.
func certificates(ctx context.Context, cluster client.Reader) (map[types.NamespacedName]Certificate, error) {
	var list certmanagerv1.CertificateList
	err := cluster.List(ctx, &list)
	if meta.IsNoMatchError(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list certificates: %w", err)
	}
	out := map[types.NamespacedName]Certificate{}
	for _, c := range list.Items {
		var secret corev1.Secret
		err := cluster.Get(ctx, types.NamespacedName{Namespace: c.Namespace, Name: c.Spec.SecretName}, &secret)
		if client.IgnoreNotFound(err) != nil {
			return nil, fmt.Errorf("read Secret %s/%s: %w", c.Namespace, c.Spec.SecretName, err)
		}
		serial, err := serialOf(secret.Data[corev1.TLSCertKey])
		if err != nil {
			continue // not issued yet
		}
		certificate := Certificate{Names: c.Spec.DNSNames, Serial: serial}
		if c.Status.RenewalTime != nil {
			certificate.Renewal = c.Status.RenewalTime.Time
		}
		out[client.ObjectKeyFromObject(&c)] = certificate
	}
	return out, nil
}

// serialOf reads the serial of the leaf, as the external client reports it.
func serialOf(chain []byte) (string, error) {
	block, _ := pem.Decode(chain)
	if block == nil {
		return "", errors.New("no certificate")
	}
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("read certificate: %w", err)
	}
	return fmt.Sprintf("%x", leaf.SerialNumber), nil
}

func definitions(ctx context.Context, cluster client.Reader) (map[string]Definition, error) {
	list := &unstructured.UnstructuredList{}
	list.SetAPIVersion("apiextensions.k8s.io/v1")
	list.SetKind("CustomResourceDefinitionList")
	if err := cluster.List(ctx, list); err != nil {
		return nil, fmt.Errorf("list CustomResourceDefinitions: %w", err)
	}
	out := map[string]Definition{}
	for _, o := range list.Items {
		d := Definition{UID: o.GetUID()}
		d.Stored, _, _ = unstructured.NestedStringSlice(o.Object, "status", "storedVersions")
		versions, _, _ := unstructured.NestedSlice(o.Object, "spec", "versions")
		for _, v := range versions {
			version, _ := v.(map[string]any)
			name, _ := version["name"].(string)
			if served, _ := version["served"].(bool); served {
				d.Served = append(d.Served, name)
			}
		}
		out[o.GetName()] = d
	}
	return out, nil
}
