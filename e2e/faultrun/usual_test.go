package faultrun

import (
	"errors"
	"testing"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

const certificatesText = `NAMESPACE   NAME           READY   SECRET         AGE
develop     frontend-tls   True    frontend-tls   3m
other       web-tls        False   web-tls        3m
blank       new-tls                new-tls        3s
`

const podsText = `NAMESPACE   NAME            READY   STATUS             RESTARTS      AGE
develop     frontend-1      1/1     Running            2 (5m ago)    3m
other       frontend-2      0/1     CrashLoopBackOff   4 (10s ago)   3m
other       hook-1          0/1     Completed          0             3m
`

func TestUsualChecks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		got     Usual
		noticed bool
		said    string
	}{
		{usualOfCertificates(certificatesText, "develop"), false, "0 of 1 not as they should be"},
		{usualOfCertificates(certificatesText, "other"), true, "web-tls READY False"},
		{usualOfCertificates(certificatesText, "blank"), true, "new-tls READY empty"},
		{usualOfCertificates(certificatesText, "none"), false, "0 of 0 not as they should be"},
		{usualOfPods(podsText, "develop"), false, "0 of 1 not as they should be"},
		{usualOfPods(podsText, "other"), true, "frontend-2 0/1 CrashLoopBackOff"},
		{
			usualOfRollout("deployment \"frontend\" successfully rolled out\n", nil), false,
			`deployment "frontend" successfully rolled out`,
		},
		{usualOfRollout("Waiting for deployment\n", nil), true, "Waiting for deployment"},
		{usualOfRollout("", errors.New("not found")), true, "not found"},
	} {
		if c.got.Noticed != c.noticed || c.got.Output != c.said {
			t.Errorf("%+v, want noticed %t, said %q", c.got, c.noticed, c.said)
		}
	}
}

func TestUsualStatus(t *testing.T) {
	t.Parallel()
	certificate := func(namespace string, conditions ...certmanager.CertificateCondition) certmanager.Certificate {
		return certmanager.Certificate{
			ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: "c"},
			Status:     certmanager.CertificateStatus{Conditions: conditions},
		}
	}
	condition := func(status cmmeta.ConditionStatus) certmanager.CertificateCondition {
		return certmanager.CertificateCondition{Type: certmanager.CertificateConditionReady, Status: status, Reason: "R"}
	}
	s := &facts.Snapshot{Certificates: []certmanager.Certificate{
		certificate("good", condition(cmmeta.ConditionTrue)), certificate("bad", condition(cmmeta.ConditionFalse)),
		certificate("new"),
	}}
	for namespace, want := range map[string]Usual{
		"good": {Check: UsualStatus, Output: "c: Ready: True"},
		"bad":  {Check: UsualStatus, Noticed: true, Output: "c: Ready: False, Reason: R"},
		"new":  {Check: UsualStatus, Noticed: true, Output: "c: no condition"},
		"none": {Check: UsualStatus, Output: "no Certificate"},
	} {
		if got := usualOfStatus(s, namespace); got != want {
			t.Errorf("%s: %+v, want %+v", namespace, got, want)
		}
	}
}
