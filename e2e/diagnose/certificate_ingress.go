package diagnose

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	networking "k8s.io/api/networking/v1"
)

func findBothAnnotations(r *route) []Finding {
	if !r.asksTLS() {
		return nil
	}
	name, kind := certmanager.IngressIssuerNameAnnotationKey, certmanager.IngressClusterIssuerNameAnnotationKey
	one, other := r.ingress.Annotations[name], r.ingress.Annotations[kind]
	if one == "" || other == "" {
		return nil
	}
	drop := name
	if r.issuerNamed(certmanager.ClusterIssuerKind, "", other).config == nil && r.issuerNamed(certmanager.IssuerKind, r.Ingress.Namespace, one).config != nil {
		drop = kind
	}
	evidence := []Evidence{says(ingressName(r.ingress), "annotations %s: %s, %s: %s", name, one, kind, other)}
	return finding(ingressName(r.ingress), "the Ingress names an Issuer and a ClusterIssuer, so cert-manager chooses neither",
		r.annotate("remove one of the annotations", drop+"-"), append(evidence, r.badConfig("bad annotations")...)...)
}

// badConfig is the event by which cert-manager refuses the Ingress, when it has one about the matter.
func (r *route) badConfig(about string) []Evidence {
	for _, e := range r.eventsOf("Ingress", r.Ingress.Namespace, r.Ingress.Name) {
		if e.Reason == "BadConfig" && strings.Contains(e.Message, about) {
			return []Evidence{says("event on "+ingressName(r.ingress), "%s", e.Message)}
		}
	}
	return nil
}

func findNoAnnotation(r *route) []Finding {
	if r.block == nil || r.has(bothAnnotations, crdsMissing) || r.byDefault() || r.brought() {
		return nil
	}
	if kind, _ := issuerOf(r.ingress); kind != "" {
		return nil
	}
	if r.certificate != nil && madeFor(r.certificate) == "" {
		return nil // made by hand, which needs no annotation
	}
	evidence := []Evidence{says(ingressName(r.ingress), "TLS block with hosts %s, no annotation %s", list(r.block.Hosts), certmanager.IngressClusterIssuerNameAnnotationKey)}
	for _, set := range []struct {
		what string
		of   map[string]string
	}{{"annotation", r.ingress.Annotations}, {"label", r.ingress.Labels}} {
		for _, key := range slices.Sorted(maps.Keys(set.of)) {
			if strings.Contains(strings.ToLower(key), "issuer") {
				evidence = append(evidence, says(ingressName(r.ingress), "%s %s is not one that cert-manager reads", set.what, key))
			}
		}
	}
	return finding(ingressName(r.ingress), "the Ingress asks for TLS and names no issuer, so cert-manager does nothing",
		r.annotate("name the issuer", certmanager.IngressClusterIssuerNameAnnotationKey+"="+r.likely("")), evidence...)
}

// byDefault reports whether cert-manager serves the Ingress without being told an issuer.
func (r *route) byDefault() bool {
	return r.manager.flag("default-issuer-name") != "" && r.ingress.Annotations["kubernetes.io/tls-acme"] == "true"
}

// likely is the ClusterIssuer that is probably meant: the one whose name begins most like the given one, the production one of equals.
func (r *route) likely(meant string) string {
	best, score := "ISSUER", -1
	for _, n := range slices.Sorted(maps.Keys(r.clusterIssuers)) {
		s := 0
		for s < min(len(n), len(meant)) && n[s] == meant[s] {
			s++
		}
		s *= 2
		if acme := r.clusterIssuers[n].Spec.ACME; acme != nil && !strings.Contains(acme.Server, "staging") {
			s++
		}
		if s > score {
			best, score = n, s
		}
	}
	return best
}

func findTLSBlock(r *route) []Finding {
	if r.ingress == nil || r.brought() {
		return nil
	}
	for i := range r.ingress.Spec.TLS {
		block := &r.ingress.Spec.TLS[i]
		at := "/spec/tls/" + strconv.Itoa(i)
		switch {
		case block == r.block && block.SecretName == "":
			return r.tlsBlock(i, "has no secretName", "secretName", fmt.Sprintf(`{"op":"add","path":"%s/secretName","value":"%s-tls"}`, at, r.Ingress.Name))
		case r.block == nil && len(block.Hosts) == 0:
			return r.tlsBlock(i, "has no hosts", "hosts", fmt.Sprintf(`{"op":"add","path":"%s/hosts","value":["%s"]}`, at, r.Host))
		case block == r.block && r.namedTwice(block.SecretName):
			return r.tlsBlock(i, "names Secret "+block.SecretName+", as another block does", "single TLS entry",
				fmt.Sprintf(`{"op":"replace","path":"%s/secretName","value":"%s-%d"}`, at, block.SecretName, i))
		}
	}
	return nil
}

func (r *route) tlsBlock(i int, what, about, patch string) []Finding {
	what = fmt.Sprintf("spec.tls[%d] %s", i, what)
	return finding(ingressName(r.ingress), what+", so cert-manager skips it", Remedy{
		Text:    "complete the block",
		Command: fmt.Sprintf("kubectl -n %s patch ingress %s --type=json -p '[%s]'", r.Ingress.Namespace, r.Ingress.Name, patch),
	}, append([]Evidence{says(ingressName(r.ingress), "%s", what)}, r.badConfig(about)...)...)
}

// namedTwice reports whether several TLS blocks of the Ingress name a Secret.
func (r *route) namedTwice(secret string) bool {
	users := 0
	for i := range r.ingress.Spec.TLS {
		if r.ingress.Spec.TLS[i].SecretName == secret {
			users++
		}
	}
	return users > 1
}

// configured reports whether the Ingress tells cert-manager anything but the issuer, which few do.
func configured(i *networking.Ingress) bool {
	for key := range i.Annotations {
		if strings.HasPrefix(key, "cert-manager.io/") && key != certmanager.IngressClusterIssuerNameAnnotationKey && key != certmanager.IngressIssuerNameAnnotationKey {
			return true
		}
	}
	return false
}

// badValue is the first annotation of cert-manager whose value does not parse (cert-manager pkg/controller/certificate-shim/helper.go).
func badValue(i *networking.Ingress) (key, problem string) {
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

func findBadAnnotation(r *route) []Finding {
	if r.block == nil || r.certificate != nil || r.broken(Certificate) {
		return nil
	}
	return r.badAnnotation("so cert-manager makes no Certificate, and says so only in its log")
}

func findBadAnnotationLater(r *route) []Finding {
	if r.block == nil || r.certificate == nil {
		return nil
	}
	return r.badAnnotation("so the Certificate does not follow the Ingress any more")
}

func (r *route) badAnnotation(effect string) []Finding {
	if !configured(r.ingress) {
		return nil
	}
	key, problem := badValue(r.ingress)
	if key == "" {
		return nil
	}
	evidence := []Evidence{says(ingressName(r.ingress), "annotation %s: %s", key, problem)}
	if r.certificate == nil {
		evidence = append(evidence, says("Certificates", "none fills Secret %s/%s", r.Ingress.Namespace, r.block.SecretName))
	}
	return finding(ingressName(r.ingress), fmt.Sprintf("annotation %s does not parse, %s", key, effect),
		r.annotate("correct the value, or remove the annotation", key+"-"), evidence...)
}
