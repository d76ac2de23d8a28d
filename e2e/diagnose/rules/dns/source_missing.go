package dns

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const sourceMissing diagnose.Code = "source-missing"

func sourceMissingRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: sourceMissing,
		Meaning: "external-dns does not read the kind of object that gives the host its address, or leaves the object out; " +
			"with policy sync it deletes the records that it made of it before",
		Evidence: "--source, --namespace, --gateway-name or a filter of external-dns, or the annotation controller; " +
			"action=DELETE of the record in its log",
		Remedy: "add the source, and the right to list its kind",
		Kinds:  append(append(edge.GatewayKinds(), edge.TraefikKinds()...), edge.DNSEndpoint, edge.Service),
		Find:   findSourceMissing,
	}}
}

func findSourceMissing(r *diagnose.Route) []diagnose.Finding {
	if !r.Sync.Runs() || publishedElsewhere(r) {
		return nil
	}
	if program := r.Sync.Config.Selection.LeftTo(r.Source.Annotations); program != "" {
		key := r.Sync.Config.Selection.Prefix + "controller"
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf("the annotation %s: %s assigns the %s to another controller", key, program, r.Source.Kind),
			r.Annotate("remove the annotation", key+"-"),
			diagnose.Fact(r.Source.String(), "annotation %s: %s", key, program),
		)
	}
	why := r.Sync.Config.Selection.Excludes(r.Source)
	if why == "" {
		return nil
	}
	source := externaldns.SourceOf(r.Source.Kind)
	summary := fmt.Sprintf("external-dns does not read %s, which has %s: %s", r.Source, r.Host, why)
	remedy := diagnose.Remedy{
		Text:    "change the flag so that external-dns reads the " + r.Source.Kind,
		Command: fmt.Sprintf("kubectl -n %s edit %s %s", r.Sync.Namespace, strings.ToLower(r.Sync.Kind), r.Sync.Name),
	}
	if !r.Sync.Config.HasSource(source) {
		remedy = addFlag(r, "add --source="+source+", and give its ClusterRole the right to list and watch its objects",
			"--source="+source)
	}
	evidence := []diagnose.Evidence{diagnose.Fact(r.Sync.String(), "%s", why)}
	if targets := targetsOf(r, r.Source); len(targets) > 0 {
		evidence = append(evidence, diagnose.Fact(r.Source.String(), "wants %s for %s", diagnose.List(targets), r.Host))
	}
	if changes := r.Sync.Syncs.Changes[r.Host]; len(changes) > 0 {
		if last := changes[len(changes)-1]; last.Action == "DELETE" {
			summary += "; it deleted the record at " + diagnose.Stamp(last.Line.Time)
			evidence = append(evidence, diagnose.Logged(facts.ExternalDNS, last.Line))
		}
	}
	return diagnose.One(r.Sync.String(), summary, remedy, evidence...)
}

// publishedElsewhere reports whether the host has its address without this object: by another object that is read, by a
// wildcard, or by hand. A record that is right and has no owner among the objects is not lost by a source.
func publishedElsewhere(r *diagnose.Route) bool {
	for _, o := range r.Index.ByHost[r.Host] {
		if o != r.Source && len(targetsOf(r, o)) > 0 && r.Sync.Config.Selection.Excludes(o) == "" {
			return true
		}
	}
	if len(r.Records) == 0 {
		return len(given(r)) > 0 || reached(r) && len(targetsOf(r, r.Source)) == 0 || naming(r).state == right
	}
	_, mark, owned := marked(r, naming(r))
	return naming(r).state == right && (!owned || mark.Resource != resource(r))
}
