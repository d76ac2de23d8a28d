package certificate

import (
	"fmt"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const clockSkew diagnose.Code = "clock-skew"

func clockSkewRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    clockSkew,
		Meaning: "a clock in the cluster is wrong",
		Evidence: "`x509: certificate has expired or is not yet valid: current time …` in cert-manager's errors about the " +
			"ACME server",
		Remedy: "synchronize the clocks of the nodes",
		Find:   findClockSkew,
	}}
}

// skewed is how far a clock may be off before certificates seem expired; fresh ones are valid from an hour before
// they were made.
const skewed = time.Hour

func findClockSkew(r *diagnose.Route) []diagnose.Finding {
	s, ok := complaint(r, "has expired or is not yet valid: current time ")
	if !ok {
		return nil
	}
	_, text, _ := strings.Cut(s.text, "current time ")
	text, _, _ = strings.Cut(text, " ")
	if at, err := time.Parse(time.RFC3339, text); err == nil && r.Age(at).Abs() < skewed {
		return nil // the clock is right: the server's certificate is the trouble
	}
	node := "clock of the node of " + r.Index.CertManager.String()
	if len(r.Index.CertManager.Pods) > 0 && r.Index.CertManager.Pods[0].Spec.NodeName != "" {
		node = diagnose.Object("Node", "", r.Index.CertManager.Pods[0].Spec.NodeName)
	}
	return diagnose.One(
		node,
		fmt.Sprintf("the clock of cert-manager's node shows %s, and the time is %s", text,
			diagnose.Stamp(r.Index.Snapshot.Time)),
		diagnose.Remedy{
			Text:    "synchronize the clock on the node",
			Command: "timedatectl set-ntp true",
		},
		s.evidence(),
		diagnose.Fact("snapshot", "taken %s", diagnose.Stamp(r.Index.Snapshot.Time)),
	)
}
