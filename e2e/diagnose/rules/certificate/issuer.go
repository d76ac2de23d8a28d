package certificate

import (
	"fmt"
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

// notReady is the condition of the issuer, and whether it says that the issuer is not ready.
func notReady(r *diagnose.Route) (*certmanager.IssuerCondition, bool) {
	if r.Source == nil {
		return nil, false
	}
	cond := cm.IssuerReady(r.Issuer.Status)
	return cond, cond != nil && cond.Status != cmmeta.ConditionTrue
}

// complaint is what the issuer, or else the issuance, says with one of the texts in it.
func complaint(r *diagnose.Route, texts ...string) (saying, bool) {
	if cond, ok := notReady(r); ok {
		for _, text := range texts {
			if strings.Contains(cond.Message, text) {
				return saying{r.Issuer.String(), cond.Reason + ": " + cond.Message}, true
			}
		}
	}
	return said(r, texts...)
}

// server is the ACME directory of the issuer.
func server(r *diagnose.Route) string {
	if r.Issuer.Config == nil || r.Issuer.Config.ACME == nil {
		return ""
	}
	return r.Issuer.Config.ACME.Server
}

// patchIssuer is the remedy that changes the issuer.
func patchIssuer(r *diagnose.Route, text, patch string) diagnose.Remedy {
	kind, namespace := "clusterissuer", ""
	if r.Issuer.Namespace != "" {
		kind, namespace = "issuer", "-n "+r.Issuer.Namespace+" "
	}
	return diagnose.Remedy{
		Text:    text,
		Command: fmt.Sprintf("kubectl %spatch %s %s --type=merge -p '%s'", namespace, kind, r.Issuer.Name, patch),
	}
}
