package dns

import (
	"fmt"
	"strconv"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const ttlInvalid diagnose.Code = "ttl-annotation-invalid"

func ttlInvalidRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    ttlInvalid,
		Meaning: "the TTL annotation is neither a number nor a duration, or is out of range",
		Evidence: "external-dns replaces a TTL that does not parse by automatic and logs a warning; the provider refuses " +
			"one below its minimum of 60 s (9021, 1004)",
		Remedy: "set 60 to 86400, or 1 for automatic",
		Find:   findTTLRefused,
	}, {
		Code: ttlInvalid,
		Kind: diagnose.Note,
		Find: findTTLReplaced,
	}}
}

// maxTTL is what external-dns takes (source/annotations/processors.go).
const maxTTL = 1<<31 - 1

// badTTL says what is wrong with the TTL that the Ingress asks for, "" for nothing.
func badTTL(r *diagnose.Route) (value, problem string) {
	if r.Source == nil {
		return "", ""
	}
	value, ok := r.Sync.Annotation(r.Source, "ttl")
	if !ok {
		return "", ""
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		d, err := time.ParseDuration(value)
		if err != nil {
			return value, "is neither a number of seconds nor a duration"
		}
		seconds = int64(d.Seconds())
	}
	switch {
	case seconds < 1 || seconds > maxTTL:
		return value, fmt.Sprintf("is out of range: 1 to %d", maxTTL)
	case seconds > 1 && seconds < 60:
		return value, "is below the provider's minimum of 60"
	}
	return value, ""
}

func findTTLRefused(r *diagnose.Route) []diagnose.Finding {
	value, problem := badTTL(r)
	if problem == "" {
		return nil
	}
	refused, ok := refusedWith(r, cloudflare.RefusesTTL()...)
	if !ok {
		return nil
	}
	return ttlFinding(
		r,
		value,
		problem,
		"the provider refuses the record: its TTL "+strconv.Quote(value)+" "+problem,
		diagnose.Logged(facts.ExternalDNS, refused.Line),
	)
}

func findTTLReplaced(r *diagnose.Route) []diagnose.Finding {
	value, problem := badTTL(r)
	if problem == "" || r.Has(ttlInvalid) {
		return nil
	}
	return ttlFinding(
		r,
		value,
		problem,
		fmt.Sprintf("the TTL %q %s, so the record has the automatic one", value, problem),
	)
}

func ttlFinding(r *diagnose.Route, value, problem, summary string, more ...diagnose.Evidence) []diagnose.Finding {
	evidence := append(
		[]diagnose.Evidence{
			diagnose.Fact(
				r.Source.String(),
				"annotation %sttl: %q %s",
				r.Sync.Config.Selection.Prefix,
				value,
				problem,
			),
		},
		more...)
	return diagnose.One(
		r.Source.String(),
		summary,
		r.Annotate("set 60 to 86400 seconds, or 1 for automatic", r.Sync.Config.Selection.Prefix+"ttl=300"),
		evidence...)
}
