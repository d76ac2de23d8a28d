package dns

import (
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// unknown are the errors of external-dns since its last good sync that no rule knows and that are of this host:
// they name its record, or no record at all. They are quoted as they stand, and nothing is called waiting over
// them.
func unknown(r *diagnose.Route) []facts.Line {
	var out []facts.Line
	for _, l := range r.Sync.Syncs.Errors {
		text := l.Message + " " + l.Fields["error"]
		_, ofRecord := cloudflare.RecordCode(text)
		record := strings.ToLower(strings.TrimSuffix(l.Fields["record"], "."))
		switch {
		case ofRecord, diagnose.ProblemOf(text) != cloudflare.None:
		case record != "" && record != r.Host && !isOwnership(r, record):
		case strings.Contains(l.Message, previousRecord) && r.Sync.Config.FormerOwnerID != "": // has a rule of its own
		case strings.Contains(l.Message, "failed to submit all changes"): // sums up the errors of records
		default:
			out = append(out, l)
		}
	}
	return out
}

// isOwnership reports whether a name is that of an ownership record of the host.
func isOwnership(r *diagnose.Route, name string) bool {
	owned, _, ok := r.Sync.Config.TXT.Owned(name)
	return ok && owned == r.Host
}

// remaining quotes the last of the errors that no rule knows, newest first.
func remaining(r *diagnose.Route) []diagnose.Report {
	const enough = 3
	var out []diagnose.Report
	for _, l := range slices.Backward(unknown(r)) {
		out = append(out, diagnose.Report{Object: r.Sync.String(), Evidence: diagnose.Logged(facts.ExternalDNS, l)})
		if len(out) == enough {
			break
		}
	}
	return out
}
