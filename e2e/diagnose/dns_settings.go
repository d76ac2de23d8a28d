package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

func findSourceExcludes(r *route) []Finding {
	s := r.sync
	if s.Deployment == nil || r.ingress == nil || r.naming().state == right {
		return nil
	}
	why := ""
	class, _ := classOf(r.ingress)
	switch controller, ok := s.annotation(r.ingress, "controller"); {
	case s.noIngresses:
		why = fmt.Sprintf("--source=%s has no ingress", strings.Join(s.options("source"), ","))
	case len(s.namespace) > 0 && s.namespace[len(s.namespace)-1] != r.Ingress.Namespace:
		why = "--namespace=" + s.namespace[len(s.namespace)-1]
	case len(s.className) > 0 && !slices.Contains(s.className, class):
		why = fmt.Sprintf("--ingress-class=%s, the Ingress is of class %q", strings.Join(s.className, ","), class)
	case ok && controller != "dns-controller":
		return finding(ingressName(r.ingress), fmt.Sprintf("the annotation %scontroller: %s leaves the Ingress to another program", s.prefix, controller),
			r.annotate("remove the annotation", s.prefix+"controller-"), says(ingressName(r.ingress), "annotation %scontroller: %s", s.prefix, controller))
	}
	if why == "" {
		return nil
	}
	return finding(s.String(), "external-dns does not look at "+ingressName(r.ingress)+": "+why, Remedy{
		Text: "widen what external-dns looks at", Command: fmt.Sprintf("kubectl -n %s edit deployment %s", s.Namespace, s.Name),
	}, says(s.String(), "%s", why))
}

func findDomainFilter(r *route) []Finding {
	s := r.sync
	if s.Deployment == nil || r.ingress == nil || s.covers(r.Host) || r.naming().state == right {
		return nil
	}
	var filters []string
	for _, flag := range []string{"domain-filter", "exclude-domains", "regex-domain-filter", "regex-domain-exclusion"} {
		for _, value := range s.options(flag) {
			filters = append(filters, "--"+flag+"="+value)
		}
	}
	remedy := Remedy{Text: "let the filter cover the host", Command: fmt.Sprintf("kubectl -n %s edit deployment %s", s.Namespace, s.Name)}
	if s.included == nil && s.excluded == nil && len(s.exclude) == 0 {
		_, domain, _ := strings.Cut(r.Host, ".")
		if r.zone != nil {
			domain = r.zone.Name
		}
		remedy = r.addFlag("add the domain to the filter", "--domain-filter="+domain)
	}
	return finding(s.String(), fmt.Sprintf("the filters of external-dns leave %s out, so it never writes its record", r.Host), remedy, says(s.String(), "%s", list(filters)))
}

// ignored are the annotations of the Ingress for external-dns under a prefix that it does not read, by their keys.
func (r *route) ignored() (prefix string, keys []string) {
	if r.ingress == nil || r.sync.Deployment == nil {
		return "", nil
	}
	for _, prefix = range [...]string{alphaPrefix, stablePrefix} {
		if prefix == r.sync.prefix || prefix == alphaPrefix && r.sync.legacy {
			continue
		}
		for annotation := range r.ingress.Annotations {
			if key, ok := strings.CutPrefix(annotation, prefix); ok {
				if _, heard := r.sync.annotation(r.ingress, key); !heard {
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
func (r *route) disobeyed(prefix string, keys []string) (string, record) {
	for _, rec := range r.naming().held {
		for _, key := range keys {
			value := r.ingress.Annotations[prefix+key]
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
	return "", record{}
}

func findPrefixIgnored(r *route) []Finding {
	prefix, keys := r.ignored()
	if len(keys) == 0 {
		return nil
	}
	key, rec := r.disobeyed(prefix, keys)
	if key == "" {
		return nil
	}
	return r.prefixFinding(prefix, keys, fmt.Sprintf("external-dns does not read annotation %s%s, so the record is not as it asks", prefix, key), rec.evidence())
}

func findPrefixHarmless(r *route) []Finding {
	prefix, keys := r.ignored()
	if len(keys) == 0 {
		return nil
	}
	if key, _ := r.disobeyed(prefix, keys); key != "" {
		return nil
	}
	return r.prefixFinding(prefix, keys, fmt.Sprintf("external-dns does not read annotations under %s; the record is as they ask all the same", prefix))
}

func (r *route) prefixFinding(prefix string, keys []string, summary string, more ...Evidence) []Finding {
	var pairs, seen []string
	for _, key := range keys {
		value := r.ingress.Annotations[prefix+key]
		pairs = append(pairs, prefix+key+"-", r.sync.prefix+key+"="+strconv.Quote(value))
		seen = append(seen, prefix+key+"="+value)
	}
	evidence := append([]Evidence{
		says(ingressName(r.ingress), "annotations %s", list(seen)), says(r.sync.String(), "image %s reads annotations under %s", r.sync.image(), r.sync.prefix),
	}, more...)
	return finding(ingressName(r.ingress), summary, r.annotate("rename the annotations", pairs...), evidence...)
}

// maxTTL is what external-dns takes (source/annotations/processors.go).
const maxTTL = 1<<31 - 1

// badTTL says what is wrong with the TTL that the Ingress asks for, "" for nothing.
func (r *route) badTTL() (value, problem string) {
	if r.ingress == nil {
		return "", ""
	}
	value, ok := r.sync.annotation(r.ingress, "ttl")
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
		return value, "is below what the provider takes: 60"
	}
	return value, ""
}

func findTTLRefused(r *route) []Finding {
	value, problem := r.badTTL()
	if problem == "" {
		return nil
	}
	refused, ok := r.refusedWith("9021", "1004")
	if !ok {
		return nil
	}
	return r.ttlFinding(value, problem, "the provider refuses the record: its TTL "+strconv.Quote(value)+" "+problem, logged(facts.ExternalDNS, refused.line))
}

func findTTLReplaced(r *route) []Finding {
	value, problem := r.badTTL()
	if problem == "" || r.has(ttlInvalid) {
		return nil
	}
	return r.ttlFinding(value, problem, fmt.Sprintf("the TTL %q %s, so the record has the automatic one", value, problem))
}

func (r *route) ttlFinding(value, problem, summary string, more ...Evidence) []Finding {
	evidence := append([]Evidence{says(ingressName(r.ingress), "annotation %sttl: %q %s", r.sync.prefix, value, problem)}, more...)
	return finding(ingressName(r.ingress), summary, r.annotate("ask for 60 to 86400 seconds, or for 1, which is automatic", r.sync.prefix+"ttl=300"), evidence...)
}
