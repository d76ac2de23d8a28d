package routing

import (
	"fmt"
	"slices"
	"strings"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	api "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const listenerRefused diagnose.Code = "listener-refused"

func listenerRefusedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: listenerRefused,
		Meaning: "the controller does not serve a listener: it conflicts with another one, has a protocol or a TLS " +
			"setting that " +
			"the controller does not take, or is not programmed",
		Evidence: "a condition of the listener, quoted",
		Remedy:   "correct what the condition names",
		After:    []diagnose.Code{listenerPort},
		Find:     findListenerRefused,
	}}
}

// findListenerRefused quotes the controller. What it says of certificates is for the layer of those.
func findListenerRefused(r *diagnose.Route) []diagnose.Finding {
	if r.Gateway == nil || r.Has(listenerPort) {
		return nil
	}
	for _, l := range r.Gateway.Taken() {
		for _, kind := range []api.ListenerConditionType{
			api.ListenerConditionAccepted, api.ListenerConditionConflicted, api.ListenerConditionResolvedRefs,
			api.ListenerConditionProgrammed,
		} {
			c := l.Condition(string(kind))
			if c == nil || refused(c) == (kind == api.ListenerConditionConflicted) || c.Status == "Unknown" ||
				ofCertificate(l.Conditions) {
				continue
			}
			return diagnose.One(
				l.Of.String(),
				fmt.Sprintf("the controller does not serve %s: %s", l, diagnose.Short(c.Reason+": "+c.Message)),
				diagnose.Remedy{
					Text:    "correct what the condition names",
					Command: fmt.Sprintf("kubectl -n %s describe %s %s", l.Of.Namespace, lower(l.Of.Kind), l.Of.Name),
				},
				conditionOf(l.String(), c),
			)
		}
	}
	return nil
}

// ofCertificates are the reasons by which a controller refuses the certificate of a listener.
func ofCertificates() []api.ListenerConditionReason {
	return []api.ListenerConditionReason{api.ListenerReasonInvalidCertificateRef, api.ListenerReasonRefNotPermitted}
}

// ofCertificate reports whether one of the conditions is about the certificate: the others then follow from it.
func ofCertificate(of []meta.Condition) bool {
	return slices.ContainsFunc(of, func(c meta.Condition) bool {
		return c.Status == meta.ConditionFalse && slices.Contains(ofCertificates(), api.ListenerConditionReason(c.Reason))
	})
}

func lower(kind string) string { return strings.ToLower(kind) }
