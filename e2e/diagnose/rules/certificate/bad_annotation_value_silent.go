package certificate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

const badAnnotation diagnose.Code = "bad-annotation-value-silent"

func badAnnotationRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: badAnnotation,
		Meaning: "an annotation of cert-manager on the Ingress has a value that does not parse, so cert-manager does " +
			"nothing",
		Evidence: "the value of cert-manager.io/duration or a similar annotation; no Certificate, no event, one line in " +
			"the controller's log",
		Remedy: "correct the value",
		After: []diagnose.Code{
			crdsMissing,
			controllerDown,
			webhookNotReady,
			bothAnnotations,
			noAnnotation,
			tlsBlockInvalid,
		},
		Find: findBadAnnotation,
	}, {
		Code: badAnnotation,
		Kind: diagnose.Note,
		Find: findBadAnnotationLater,
	}}
}

// configured reports whether the Ingress tells cert-manager anything but the issuer, which few do.
func configured(i *edge.Route) bool {
	for key := range i.Annotations {
		if strings.HasPrefix(key, "cert-manager.io/") && key != certmanager.IngressClusterIssuerNameAnnotationKey &&
			key != certmanager.IngressIssuerNameAnnotationKey {
			return true
		}
	}
	return false
}

// badValue is the first annotation of cert-manager whose value does not parse (cert-manager
// pkg/controller/certificate-shim/helper.go).
func badValue(i *edge.Route) (key, problem string) {
	duration := func(v string) bool { _, err := time.ParseDuration(v); return err == nil }
	number := func(v string) bool { n, err := strconv.ParseInt(v, 10, 32); return err == nil && n > 0 }
	oneOf := func(words ...string) func(string) bool {
		return func(v string) bool { return slices.Contains(words, v) }
	}
	for _, a := range [...]struct {
		key  string
		good func(string) bool
		want string
	}{
		{certmanager.DurationAnnotationKey, duration, "a duration such as 2160h"},
		{certmanager.RenewBeforeAnnotationKey, duration, "a duration such as 720h"},
		{certmanager.RenewBeforePercentageAnnotationKey, number, "a whole number"},
		{certmanager.RevisionHistoryLimitAnnotationKey, number, "a whole number from 1"},
		{certmanager.PrivateKeyAlgorithmAnnotationKey, oneOf("RSA", "ECDSA", "Ed25519"), "RSA, ECDSA or Ed25519"},
		{certmanager.PrivateKeyEncodingAnnotationKey, oneOf("PKCS1", "PKCS8"), "PKCS1 or PKCS8"},
		{certmanager.PrivateKeySizeAnnotationKey, number, "a number of bits"},
		{certmanager.PrivateKeyRotationPolicyAnnotationKey, oneOf("Never", "Always"), "Never or Always"},
	} {
		if v, ok := i.Annotations[a.key]; ok && !a.good(v) {
			return a.key, fmt.Sprintf("%q is not %s", v, a.want)
		}
	}
	return "", ""
}

func findBadAnnotation(r *diagnose.Route) []diagnose.Finding {
	if r.Block == nil || r.Certificate != nil || r.Broken(diagnose.Certificate) {
		return nil
	}
	return unparsedAnnotation(r, "so cert-manager creates no Certificate, and reports it only in its log")
}

func findBadAnnotationLater(r *diagnose.Route) []diagnose.Finding {
	if r.Block == nil || r.Certificate == nil {
		return nil
	}
	return unparsedAnnotation(r, "so the Certificate no longer follows the Ingress")
}

func unparsedAnnotation(r *diagnose.Route, effect string) []diagnose.Finding {
	if !configured(r.Source) {
		return nil
	}
	key, problem := badValue(r.Source)
	if key == "" {
		return nil
	}
	evidence := []diagnose.Evidence{diagnose.Fact(r.Source.String(), "annotation %s: %s", key, problem)}
	if r.Certificate == nil {
		evidence = append(
			evidence,
			diagnose.Fact("Certificates", "none fills Secret %s/%s", r.Ingress.Namespace, r.Block.Secret),
		)
	}
	return diagnose.One(r.Source.String(), fmt.Sprintf("annotation %s does not parse, %s", key, effect),
		r.Annotate("correct the value, or remove the annotation", key+"-"), evidence...)
}
