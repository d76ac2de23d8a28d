package fault

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Certificate is written into a TLS Secret: as from a backup when it names the Certificate that it belongs to,
// so that cert-manager takes it for its own, and by hand when it names none.
type Certificate struct {
	Namespace string   `json:"namespace"`
	Secret    string   `json:"secret"`
	Names     []string `json:"names"`
	// Certificate and Issuer are the Certificate that the Secret belongs to and its ClusterIssuer.
	Certificate string `json:"certificate,omitempty"`
	Issuer      string `json:"issuer,omitempty"`
	// Authority is who signs it: production, unless it is staging.
	Authority string `json:"authority,omitempty"`
	// Backdate and Lifetime say since when and for how long it is valid; unless given, from now and for the CA's
	// usual time.
	Backdate metav1.Duration `json:"backdate,omitzero"`
	Lifetime metav1.Duration `json:"lifetime,omitzero"`
}

func (c *Certificate) check() error {
	switch {
	case c.Namespace == "" || c.Secret == "" || len(c.Names) == 0:
		return errors.New("certificate: give namespace, secret and names")
	case (c.Certificate == "") != (c.Issuer == ""):
		return errors.New("certificate: give certificate and issuer, or neither")
	}
	return checkAuthority("certificate.authority", c.Authority, "")
}

// inject writes the Secret, over one that is there.
func (c *Certificate) inject(ctx context.Context, i *Injector) (undo, error) {
	secret, err := i.Restore(ctx, *c)
	if err != nil {
		return undo{}, err
	}
	what := "Secret " + c.Namespace + "/" + c.Secret
	key := types.NamespacedName{Namespace: c.Namespace, Name: c.Secret}
	var was corev1.Secret
	switch err := i.Client.Get(ctx, key, &was); {
	case apierrors.IsNotFound(err):
		if err := i.Client.Create(ctx, secret); err != nil {
			return undo{}, fmt.Errorf("write %s: %w", what, err)
		}
		return undo{0, "writing of " + what, func(ctx context.Context) error { return i.Client.Delete(ctx, secret) }}, nil
	case err != nil:
		return undo{}, fmt.Errorf("write %s: %w", what, err)
	}
	write := func(ctx context.Context, like *corev1.Secret) error {
		return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
			var now corev1.Secret
			if err := i.Client.Get(ctx, key, &now); err != nil {
				return err
			}
			now.Data, now.Labels, now.Annotations = like.Data, like.Labels, like.Annotations
			return i.Client.Update(ctx, &now)
		})
	}
	if err := write(ctx, secret); err != nil {
		return undo{}, fmt.Errorf("write %s: %w", what, err)
	}
	return undo{0, "writing of " + what, func(ctx context.Context) error { return write(ctx, &was) }}, nil
}

// Restore has the certificate signed and returns the Secret that holds it, as a backup would have it. It is not
// written.
func (i *Injector) Restore(ctx context.Context, c Certificate) (*corev1.Secret, error) {
	key, keyPEM, err := i.key()
	if err != nil {
		return nil, fmt.Errorf("make a key for %s: %w", strings.Join(c.Names, ", "), err)
	}
	request, err := x509.CreateCertificateRequest(rand.Reader,
		&x509.CertificateRequest{Subject: pkix.Name{CommonName: c.Names[0]}, DNSNames: c.Names}, key)
	if err != nil {
		return nil, fmt.Errorf("make a request for %s: %w", strings.Join(c.Names, ", "), err)
	}
	authority := c.Authority
	if authority == "" {
		authority = "production"
	}
	signed, err := i.Internet.SignCertificate(ctx, authority, api.CertificateDraft{
		CSR:             string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request})),
		BackdateSeconds: int64(c.Backdate.Seconds()), LifetimeSeconds: int64(c.Lifetime.Seconds()),
	})
	if err != nil {
		return nil, fmt.Errorf("have a certificate signed for %s: %w", strings.Join(c.Names, ", "), err)
	}
	secret := &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{Namespace: c.Namespace, Name: c.Secret},
		Type:       corev1.SecretTypeTLS,
		Data:       map[string][]byte{corev1.TLSCertKey: []byte(signed.Chain), corev1.TLSPrivateKeyKey: keyPEM},
	}
	if c.Certificate != "" {
		secret.Labels = map[string]string{certmanager.PartOfCertManagerControllerLabelKey: "true"}
		secret.Annotations = c.annotations()
	}
	return secret, nil
}

// annotations are those by which cert-manager knows a Secret that it has filled
// (cert-manager v1.19 pkg/controller/certificates/issuing/internal/secret.go, setValues).
func (c *Certificate) annotations() map[string]string {
	return map[string]string{
		certmanager.CertificateNameKey:       c.Certificate,
		certmanager.IssuerNameAnnotationKey:  c.Issuer,
		certmanager.IssuerKindAnnotationKey:  certmanager.ClusterIssuerKind,
		certmanager.IssuerGroupAnnotationKey: "cert-manager.io",
		certmanager.CommonNameAnnotationKey:  c.Names[0],
		certmanager.AltNamesAnnotationKey:    strings.Join(c.Names, ","),
		certmanager.IPSANAnnotationKey:       "",
		certmanager.URISANAnnotationKey:      "",
	}
}

// rsaBits is the size of key that a Certificate asks for that says nothing of it.
const rsaBits = 2048

// key is the one key of all restored certificates: to make one takes longer than all the rest.
func (i *Injector) key() (crypto.Signer, []byte, error) {
	i.keyOnce.Do(func() {
		var key *rsa.PrivateKey
		if key, i.keyErr = rsa.GenerateKey(rand.Reader, rsaBits); i.keyErr == nil {
			i.signer = key
			i.keyPEM = pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
		}
	})
	return i.signer, i.keyPEM, i.keyErr
}
