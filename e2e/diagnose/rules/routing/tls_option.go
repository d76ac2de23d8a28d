package routing

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const (
	tlsOptionMissing diagnose.Code = "tls-option-missing"
	sniStrict        diagnose.Code = "sni-strict"
)

func tlsOptionRules() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: tlsOptionMissing,
		Meaning: "the route names a TLSOption that Traefik does not have, so Traefik closes each connection for " +
			"its host",
		Evidence: "the annotation router.tls.options names no TLSOption that there is, and the handshake fails; " +
			"Traefik's log has " +
			"`unknown TLS options`",
		Remedy: "create the TLSOption, or correct the annotation: NAMESPACE-NAME@kubernetescrd",
		Find:   ofTraefik(findOptionMissing),
	}, {
		Code:    sniStrict,
		Meaning: "sniStrict makes Traefik refuse the handshake for a host that no certificate is loaded for",
		Evidence: "the handshake fails before a certificate is shown, and the TLSOption of the route, or the " +
			"default one, has " +
			"sniStrict; the default certificate of a TLSStore does not count",
		Remedy: "load a certificate for the host: tls.secretName, or TLSStore spec.certificates",
		After:  []diagnose.Code{tlsOptionMissing},
		Blocks: []diagnose.Layer{diagnose.Certificate},
		Find:   ofTraefik(findStrict),
	}}
}

func findOptionMissing(r *diagnose.Route) []diagnose.Finding {
	rep := noTLS(r)
	if rep == nil || r.Source == nil {
		return nil
	}
	for _, n := range traefik.Names(r.Source.Annotations[traefik.OptionsAnnotation]) {
		o := tlsOption(r, n)
		evidence := []diagnose.Evidence{diagnose.Fact(r.Source.String(), "annotation router.tls.options %s", o)}
		said := false
		for _, l := range errorsOf(r) {
			if strings.Contains(l.Message+l.Fields["error"], "unknown TLS options") {
				evidence, said = append(evidence, diagnose.Logged(facts.Traefik, l)), true
				break
			}
		}
		object, why, remedy, seen, absent := o.absence(r, r.Source.String())
		switch {
		case absent:
			evidence = append(evidence, seen)
		case said:
			object, why, remedy = r.Source.String(), o.named(
				r,
			)+" does not exist to Traefik", "create it, or remove the annotation"
		default:
			continue
		}
		return diagnose.One(object, why+", so Traefik closes each connection for "+r.Host, diagnose.Remedy{
			Text: remedy, Command: r.Source.Unannotate(traefik.OptionsAnnotation),
		}, append(evidence, diagnose.Probed(rep))...)
	}
	return nil
}

// findStrict finds a host that Traefik has no certificate for while its TLS options are strict: the default
// certificate of a TLSStore does not count (pkg/tls/tlsmanager.go).
func findStrict(r *diagnose.Route) []diagnose.Finding {
	rep := noTLS(r)
	if rep == nil || r.Source == nil || r.Has(tlsOptionMissing) {
		return nil
	}
	option := strictOption(r)
	if option == nil {
		return nil
	}
	evidence := []diagnose.Evidence{diagnose.Fact(option.String(), "spec.sniStrict true"), diagnose.Probed(rep)}
	var why string
	if r.Block == nil || r.Block.Secret == "" {
		why = "no Secret of a TLS block holds a certificate for it, and the default one of a TLSStore does not count"
	} else if r.Secret == nil || len(r.Secret.Certificates) == 0 {
		why = fmt.Sprintf("Secret %s/%s holds no certificate yet", r.Ingress.Namespace, r.Block.Secret)
	} else {
		return nil // it has one: that Traefik does not load it is another matter
	}
	for _, store := range r.Index.ExtensionsOf("TLSStore") {
		if name := diagnose.Field(store, "defaultCertificate", "secretName"); name != "" {
			evidence = append(evidence, diagnose.Fact(store.String(), "defaultCertificate Secret %s", name))
		}
	}
	return diagnose.One(
		option.String(),
		fmt.Sprintf("sniStrict of %s refuses the handshake for %s: %s", option, r.Host, why),
		diagnose.Remedy{
			Text: "put the certificate into spec.certificates of the TLSStore, or name its Secret in " +
				"tls.secretName of the route; " +
				"or switch sniStrict off",
			Command: fmt.Sprintf("kubectl -n %s edit tlsoption.traefik.io %s", option.Namespace, option.Name),
		},
		evidence...)
}

// strictOption is the TLSOption of the route, or the default one, when it is strict; nil otherwise.
func strictOption(r *diagnose.Route) *facts.Extension {
	var option *facts.Extension
	if names := traefik.Names(r.Source.Annotations[traefik.OptionsAnnotation]); len(names) > 0 {
		option = tlsOption(r, names[0]).object
	} else if o := ingressRoute(r); o != nil && o.Spec.TLS != nil && o.Spec.TLS.Options != nil {
		named := o.Spec.TLS.Options
		option = r.Index.Extension("TLSOption", cmp.Or(named.Namespace, r.Ingress.Namespace), named.Name)
	} else {
		for _, e := range r.Index.ExtensionsOf("TLSOption") {
			if e.Name == "default" {
				option = e
			}
		}
	}
	if option == nil || option.Spec["sniStrict"] != true {
		return nil
	}
	return option
}
