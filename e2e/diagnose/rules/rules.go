// Package rules composes the chain that explains a route: delivery, shared credential, routing, DNS,
// certificate, each with its rules, on the engine of package diagnose.
//
// It knows the order of the layers and nothing of what they look at. A new rule is a file in the package of its
// layer and a line in that package's Section; the page of codes is written from them.
package rules

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules/certificate"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules/credential"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules/delivery"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules/dns"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules/routing"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Chain lists the layers in the order in which their rules run: that in which one depends on another, and
// delivery, which all others depend on, last, since it is a cause only of what does not work.
func Chain() []diagnose.Section {
	return []diagnose.Section{
		credential.Section(), routing.Section(), dns.Section(), certificate.Section(), delivery.Section(),
	}
}

// New indexes a snapshot, to explain its routes.
func New(s *facts.Snapshot) *diagnose.Explainer { return diagnose.New(s, Chain()...) }

// Explain diagnoses one route of a snapshot.
func Explain(s *facts.Snapshot, t diagnose.Target) diagnose.Diagnosis { return New(s).Explain(t) }

// Codes lists the vocabulary of the diagnosis.
func Codes() []diagnose.Entry { return diagnose.Codes(Chain()...) }

// Describe finds the documentation of a code.
func Describe(c diagnose.Code) (diagnose.Entry, bool) {
	for _, e := range Codes() {
		if e.Code == c {
			return e, true
		}
	}
	return diagnose.Entry{}, false
}

// Page is the vocabulary as a page in Markdown.
func Page() string { return diagnose.Page(Chain()...) }
