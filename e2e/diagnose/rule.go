package diagnose

// kind says what a finding of a rule means for its layer.
type kind int

const (
	cause   kind = iota // it breaks its layer
	symptom             // it breaks its layer, unless a cause found before it explains it: then it is a note
	wait                // the layer does not work yet, and will without anybody's doing; a note
	note                // it only looks broken, or breaks nothing for this route
)

// rule recognises one pattern. Rules run in the order of their list, which is that of the chain: what explains others comes first.
type rule struct {
	code  Code
	layer Layer // filled by rules
	kind  kind
	// traefik marks a rule of what Traefik does: an Ingress that another controller serves is none of its business.
	traefik bool
	// blocks are the layers that cannot work while a cause of this rule is there. hurts, if it is set, leaves out those that do not
	// depend on the object of a finding.
	blocks []Layer
	hurts  func(*route, Finding, Layer) bool
	// find returns what it found, without Code and Layer. It must cost next to nothing on a route that works: no scan of the snapshot,
	// no regular expression. It concludes nothing from the absence of what was not looked at; see index.looked.
	find func(*route) []Finding
}

// rules lists every rule in the order in which they run.
func rules() []rule {
	var out []rule
	for _, l := range []struct {
		layer Layer
		rules []rule
	}{
		{Credential, credentialRules()},
		{Routing, routingRules()},
		{DNS, dnsRules()},
		{Certificate, certificateRules()},
	} {
		for _, r := range l.rules {
			r.layer = l.layer
			out = append(out, r)
		}
	}
	return out
}

// finding makes the only finding of a rule.
func finding(object, summary string, remedy Remedy, evidence ...Evidence) []Finding {
	return []Finding{{Object: object, Summary: summary, Remedy: remedy, Evidence: evidence}}
}
