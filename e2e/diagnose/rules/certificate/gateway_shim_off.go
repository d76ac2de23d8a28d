package certificate

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const gatewayShimOff diagnose.Code = "gateway-shim-off"

func gatewayShimOffRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: gatewayShimOff,
		Meaning: "cert-manager does not look at Gateways, so it creates no Certificate for an annotated one; the " +
			"listener has no " +
			"Secret and is not programmed",
		Evidence: "no --enable-gateway-api nor enableGatewayAPI among the settings of cert-manager; or it started " +
			"before the CRDs " +
			"of Gateway API were there",
		Remedy: "set --enable-gateway-api, and restart cert-manager when the CRDs are there",
		Kinds:  edge.GatewayKinds(),
		Blocks: []diagnose.Layer{diagnose.Routing},
		Find:   findGatewayShimOff,
	}}
}

func findGatewayShimOff(r *diagnose.Route) []diagnose.Finding {
	c := r.Index.CertManager
	if !unrequested(r) || r.Source.Issuer().Name == "" || !c.Runs() || !r.Index.Looked(facts.Deployments, c.Space()) {
		return nil
	}
	asking := r.Source.AskedBy()
	evidence := []diagnose.Evidence{
		diagnose.Fact(asking.String(), "annotation for %s", r.Source.Issuer()),
		diagnose.Fact("Certificates", "none fills %s", diagnose.Object("Secret", r.Held().Namespace, r.Held().Name)),
	}
	summary := fmt.Sprintf("cert-manager does not look at Gateways: its gateway-shim is off, so %s gets no Certificate",
		asking)
	if shim(c) {
		if hostless(r) || r.Age(r.Source.Created) < newborn {
			return nil
		}
		return diagnose.One(
			c.String(),
			"cert-manager has created no Certificate for "+asking.String()+", although its gateway-shim is on",
			diagnose.Restart(c, "restart cert-manager: it looks for the CRDs of Gateway API once, when it starts"),
			append(evidence, diagnose.Fact(c.String(), "--enable-gateway-api"))...)
	}
	return diagnose.One(c.String(), summary,
		managerFlags(r, "switch the gateway-shim on: --enable-gateway-api, or enableGatewayAPI: true in its "+
			"configuration file",
			"--enable-gateway-api"),
		append(evidence, diagnose.Fact(c.String(), "no --enable-gateway-api"))...)
}

// shim reports whether cert-manager looks at Gateways (cmd/controller/app/options: EnableGatewayAPI, and the feature
// gate before it).
func shim(c *diagnose.Program) bool {
	if value := c.Flag("enable-gateway-api"); value != "" {
		return value != "false"
	}
	return strings.Contains(c.Flag("feature-gates"), "ExperimentalGatewayAPISupport=true") || c.Flag("config") != ""
}

// unrequested reports whether a listener names a Secret that is not there, and no Certificate would fill it.
func unrequested(r *diagnose.Route) bool {
	return r.Block != nil && r.Secret == nil && r.Certificate == nil &&
		r.Index.Looked(facts.Secrets, r.Held().Namespace) && r.Index.Looked(facts.Certificates, r.Held().Namespace) &&
		r.Held().Namespace == r.Source.AskedBy().Namespace
}

// hostless reports whether the listener has no hostname: gateway-shim asks for no certificate then.
func hostless(r *diagnose.Route) bool {
	for _, l := range r.Gateway.Taken() {
		if l.Terminates() && l.Host() == "" {
			return true
		}
	}
	return false
}

func secretName(r *diagnose.Route) string {
	return fmt.Sprintf("Secret %s", r.Held())
}
