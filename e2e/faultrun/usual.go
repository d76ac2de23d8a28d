package faultrun

import (
	"cmp"
	"fmt"
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/edge/kubectl"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// Usual is what one of the checks that people usually run says of a namespace. They are no criteria; set beside
// the diagnosis they show what such checks miss.
type Usual struct {
	// Check is the command, or what stands for it.
	Check string
	// Noticed says that it would make somebody look further.
	Noticed bool
	Output  string
}

// The usual checks.
const (
	UsualCertificates = "kubectl get certificates -A"
	UsualRollout      = "kubectl rollout status"
	UsualPods         = "kubectl get pods"
	UsualAddress      = "curl to the raw address"
	UsualStatus       = "cmctl status certificate"
)

// usualOfCertificates reads what `kubectl get certificates -A` printed: is all of the namespace Ready?
func usualOfCertificates(text, namespace string) Usual {
	return rowsOf(UsualCertificates, text, namespace, func(row map[string]string) string {
		if row["ready"] == "True" {
			return ""
		}
		return fmt.Sprintf("%s READY %s", row["name"], cmp.Or(row["ready"], "empty"))
	})
}

// usualOfPods reads what `kubectl get pods -A` printed: does every pod of the namespace run?
func usualOfPods(text, namespace string) Usual {
	return rowsOf(UsualPods, text, namespace, func(row map[string]string) string {
		ready, all, _ := strings.Cut(row["ready"], "/")
		if row["status"] == "Completed" || row["status"] == "Running" && ready == all {
			return ""
		}
		return fmt.Sprintf("%s %s %s", row["name"], row["ready"], row["status"])
	})
}

// rowsOf notices what is wrong with a row of the namespace.
func rowsOf(check, text, namespace string, wrong func(map[string]string) string) Usual {
	u := Usual{Check: check}
	var bad []string
	rows := 0
	for _, t := range kubectl.Tables(text) {
		for _, row := range t.Rows {
			if row["namespace"] != namespace {
				continue
			}
			rows++
			if w := wrong(row); w != "" {
				bad = append(bad, w)
			}
		}
	}
	u.Noticed = len(bad) > 0
	u.Output = fmt.Sprintf("%d of %d not as they should be", len(bad), rows)
	if u.Noticed {
		u.Output = strings.Join(bad, "; ")
	}
	return u
}

// usualOfRollout reads what `kubectl rollout status --watch=false` printed, or failed with.
func usualOfRollout(text string, err error) Usual {
	u := Usual{Check: UsualRollout, Output: judge.Short(strings.TrimSpace(text))}
	if err != nil {
		u.Output = judge.Short(err.Error())
	}
	u.Noticed = err != nil || !strings.Contains(text, "successfully rolled out")
	return u
}

// usualOfAddress asks the raw address only, as RawIPCheck does.
func usualOfAddress(s *facts.Snapshot, t judge.Target) Usual {
	j := criteria.RawIPCheck(s, t)
	return Usual{Check: UsualAddress, Noticed: !j.Met, Output: strings.Join(append(j.Evidence, j.Reasons...), "; ")}
}

// usualOfStatus says what `cmctl status certificate` leads with: the condition Ready of the namespace's Certificates.
func usualOfStatus(s *facts.Snapshot, namespace string) Usual {
	u := Usual{Check: UsualStatus}
	var said []string
	for i := range s.Certificates {
		c := &s.Certificates[i]
		if c.Namespace != namespace {
			continue
		}
		cond := cm.Condition(c, certmanager.CertificateConditionReady)
		switch {
		case cond == nil:
			u.Noticed = true
			said = append(said, c.Name+": no condition")
		case cond.Status != cmmeta.ConditionTrue:
			u.Noticed = true
			said = append(said, fmt.Sprintf("%s: Ready: %s, Reason: %s", c.Name, cond.Status, cond.Reason))
		default:
			said = append(said, c.Name+": Ready: True")
		}
	}
	u.Output = cmp.Or(strings.Join(said, "; "), "no Certificate")
	return u
}
