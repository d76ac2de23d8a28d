package diagnose

import (
	"regexp"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// The prefixes of annotations for external-dns: 0.22 changed the default without falling back to the old one (#6424).
const (
	alphaPrefix  = "external-dns.alpha.kubernetes.io/"
	stablePrefix = "external-dns.kubernetes.io/"
)

// syncer is how external-dns is told to work, read once for a snapshot.
type syncer struct {
	*component
	policy, owner   string
	owned           bool // its registry marks what it owns
	registry        registry
	prefix          string // of annotations
	legacy, proxied bool
	interval        time.Duration

	include, exclude     []string // domains
	included, excluded   *regexp.Regexp
	noIngresses          bool // Ingresses are none of its sources
	syncs                syncLog
	marks                map[string][]mark // ownership records by resource: "ingress/develop/frontend"
	namespace, className []string
}

func newSyncer(x *index) *syncer {
	s := &syncer{component: x.dns, marks: map[string][]mark{}, syncs: readSyncs(x.dns.log)}
	for _, list := range x.records {
		for _, r := range list {
			if m, ok := parseMark(r); ok {
				s.marks[m.resource] = append(s.marks[m.resource], m)
			}
		}
	}
	if s.Deployment == nil {
		return s
	}
	s.policy, s.owner = s.option("policy"), s.option("txt-owner-id")
	if s.policy == "" && s.before(0, 22) {
		s.policy = "sync"
	}
	if s.owner == "" && !s.given("txt-owner-id") {
		s.owner = "default"
	}
	s.owned = s.option("registry") == "" || s.option("registry") == "txt"
	s.registry = registry{
		prefix: strings.ToLower(s.option("txt-prefix")), suffix: strings.ToLower(s.option("txt-suffix")),
		wildcard: strings.ToLower(s.option("txt-wildcard-replacement")),
	}
	s.prefix, s.legacy = s.option("annotation-prefix"), s.option("enable-legacy-annotation-prefix") == "true"
	switch {
	case s.prefix != "":
	case s.before(0, 22):
		s.prefix = alphaPrefix
	default:
		s.prefix = stablePrefix
	}
	s.proxied = s.option("cloudflare-proxied") == "true"
	if s.interval = time.Minute; s.option("interval") != "" {
		if d, err := time.ParseDuration(s.option("interval")); err == nil {
			s.interval = d
		}
	}
	s.include, s.exclude = s.options("domain-filter"), s.options("exclude-domains")
	s.include = slices.DeleteFunc(slices.Clone(s.include), func(domain string) bool { return strings.TrimSpace(domain) == "" }) // as external-dns does
	s.included, s.excluded = pattern(s.option("regex-domain-filter")), pattern(s.option("regex-domain-exclusion"))
	s.noIngresses = !slices.Contains(s.options("source"), "ingress")
	s.namespace, s.className = s.options("namespace"), s.options("ingress-class")
	return s
}

// pattern compiles a flag; external-dns does not start with one that does not compile.
func pattern(text string) *regexp.Regexp {
	if text == "" {
		return nil
	}
	out, err := regexp.Compile(text)
	if err != nil {
		return nil
	}
	return out
}

// options are the values of a flag, given as such or by its environment variable, which holds one a line.
func (s *syncer) options(flag string) []string {
	if values := s.flags[flag]; len(values) > 0 {
		return values
	}
	variable := "EXTERNAL_DNS_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
	for _, c := range s.Spec.Template.Spec.Containers {
		for _, e := range c.Env {
			if e.Name == variable && e.Value != "" {
				return strings.Split(e.Value, "\n")
			}
		}
	}
	return nil
}

// option is the last value of a flag, "" when it is not given.
func (s *syncer) option(flag string) string {
	values := s.options(flag)
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

func (s *syncer) given(flag string) bool { return len(s.options(flag)) > 0 }

// annotation reads what an Ingress asks of external-dns, as far as this external-dns hears it.
func (s *syncer) annotation(i *networking.Ingress, key string) (string, bool) {
	value, ok := i.Annotations[s.prefix+key]
	if !ok && s.legacy {
		value, ok = i.Annotations[alphaPrefix+key]
	}
	return value, ok
}

// covers reports whether the filters let a host through. A regular expression replaces the plain filters
// (sigs.k8s.io/external-dns endpoint/domain_filter.go).
func (s *syncer) covers(host string) bool {
	host = strings.TrimPrefix(host, "*.")
	if s.included != nil || s.excluded != nil {
		return (s.included == nil || s.included.MatchString(host)) && (s.excluded == nil || !s.excluded.MatchString(host))
	}
	within := func(domain string) bool {
		domain = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(domain), "."))
		if strings.HasPrefix(domain, ".") {
			return strings.HasSuffix(host, domain)
		}
		return domain != "" && (host == domain || strings.HasSuffix(host, "."+domain))
	}
	return (len(s.include) == 0 || slices.ContainsFunc(s.include, within)) && !slices.ContainsFunc(s.exclude, within)
}

// overdue is the age of a last sync at which the next one should long be over.
func (s *syncer) overdue() time.Duration { return 2*s.interval + 30*time.Second }

// container is the index of the container that runs external-dns, as a JSON patch names it.
func (s *syncer) container() int {
	return max(0, slices.IndexFunc(s.Spec.Template.Spec.Containers, func(c core.Container) bool {
		return facts.ComponentOf(core.PodSpec{Containers: []core.Container{c}}) == facts.ExternalDNS
	}))
}
