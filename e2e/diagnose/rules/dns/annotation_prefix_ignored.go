package dns

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

const prefixIgnored diagnose.Code = "annotation-prefix-ignored"

func prefixIgnoredRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    prefixIgnored,
		Meaning: "annotations for external-dns have a prefix that this version does not read",
		Evidence: "an Ingress has annotations under external-dns.alpha.kubernetes.io/ on 0.22 or later, or under " +
			"external-dns.kubernetes.io/ before, and the record differs from them; nothing is logged",
		Remedy: "rename the annotations, or start 0.23 with --enable-legacy-annotation-prefix",
		Find:   findPrefixIgnored,
	}, {
		Code: prefixIgnored,
		Kind: diagnose.Note,
		Find: findPrefixHarmless,
	}}
}

// ignored are the annotations of the Ingress for external-dns under a prefix that it does not read, by their keys.
func ignored(r *diagnose.Route) (prefix string, keys []string) {
	if r.Source == nil || !r.Sync.Runs() {
		return "", nil
	}
	for _, prefix = range [...]string{externaldns.LegacyPrefix, externaldns.StablePrefix} {
		if prefix == r.Sync.Config.Selection.Prefix || prefix == externaldns.LegacyPrefix &&
			r.Sync.Config.Selection.Legacy {
			continue
		}
		for annotation := range r.Source.Annotations {
			if key, ok := strings.CutPrefix(annotation, prefix); ok {
				if _, heard := r.Sync.Annotation(r.Source, key); !heard {
					keys = append(keys, key)
				}
			}
		}
		if len(keys) > 0 {
			slices.Sort(keys)
			return prefix, keys
		}
	}
	return "", nil
}

// disobeyed is the first of the ignored annotations that the record is not as it asks.
func disobeyed(r *diagnose.Route, prefix string, keys []string) (string, diagnose.Record) {
	for _, rec := range naming(r).held {
		for _, key := range keys {
			value := r.Source.Annotations[prefix+key]
			switch key {
			case "target":
				if !slices.Contains(strings.Split(value, ","), rec.Content) {
					return key, rec
				}
			case "cloudflare-proxied":
				if strconv.FormatBool(rec.Proxied) != value {
					return key, rec
				}
			}
		}
	}
	return "", diagnose.Record{}
}

func findPrefixIgnored(r *diagnose.Route) []diagnose.Finding {
	prefix, keys := ignored(r)
	if len(keys) == 0 {
		return nil
	}
	key, rec := disobeyed(r, prefix, keys)
	if key == "" {
		return nil
	}
	return prefixFinding(
		r,
		prefix,
		keys,
		fmt.Sprintf("external-dns does not read annotation %s%s, so the record differs from it", prefix, key),
		rec.Evidence(),
	)
}

func findPrefixHarmless(r *diagnose.Route) []diagnose.Finding {
	prefix, keys := ignored(r)
	if len(keys) == 0 {
		return nil
	}
	if key, _ := disobeyed(r, prefix, keys); key != "" {
		return nil
	}
	return prefixFinding(
		r,
		prefix,
		keys,
		fmt.Sprintf(
			"external-dns does not read annotations under %s; the record agrees with them all the same",
			prefix,
		),
	)
}

func prefixFinding(
	r *diagnose.Route,
	prefix string,
	keys []string,
	summary string,
	more ...diagnose.Evidence,
) []diagnose.Finding {
	var pairs, seen []string
	for _, key := range keys {
		value := r.Source.Annotations[prefix+key]
		pairs = append(pairs, prefix+key+"-", r.Sync.Config.Selection.Prefix+key+"="+strconv.Quote(value))
		seen = append(seen, prefix+key+"="+value)
	}
	evidence := append([]diagnose.Evidence{
		diagnose.Fact(
			r.Source.String(),
			"annotations %s",
			diagnose.List(seen),
		), diagnose.Fact(r.Sync.String(), "image %s reads annotations under %s", r.Sync.Config.Image,
			r.Sync.Config.Selection.Prefix),
	}, more...)
	return diagnose.One(
		r.Source.String(),
		summary,
		r.Annotate("rename the annotations", pairs...),
		evidence...)
}
