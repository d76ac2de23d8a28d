package diagnose

import (
	"regexp"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Image is that of the component's container.
func (s *Syncer) Image() string { return s.Spec.Template.Spec.Containers[s.Container()].Image }

// The prefixes of annotations for external-dns: 0.22 changed the default without falling back to the old one (#6424).
const (
	AlphaPrefix  = "external-dns.alpha.kubernetes.io/"
	StablePrefix = "external-dns.kubernetes.io/"
)

// Syncer is how external-dns is told to work, read once for a snapshot.
type Syncer struct {
	*Program
	Policy, Owner   string
	Owned           bool // its registry marks what it owns
	Registry        Registry
	Prefix          string // of annotations
	Legacy, proxied bool
	Interval        time.Duration

	include, Exclude           []string // domains
	Included, Excluded         *regexp.Regexp
	NoIngresses                bool // Ingresses are none of its sources
	Syncs                      SyncLog
	Marks                      map[string][]Mark // ownership records by resource: "ingress/develop/frontend"
	Namespaces, IngressClasses []string
}

func newSyncer(x *Index) *Syncer {
	s := &Syncer{Program: x.ExternalDNS, Marks: map[string][]Mark{}, Syncs: readSyncs(x.ExternalDNS.Log)}
	for _, list := range x.Records {
		for _, r := range list {
			if m, ok := ParseMark(r); ok {
				s.Marks[m.Resource] = append(s.Marks[m.Resource], m)
			}
		}
	}
	if s.Deployment == nil {
		return s
	}
	s.Policy, s.Owner = s.option("policy"), s.option("txt-owner-id")
	if s.Policy == "" && s.Before(0, 22) {
		s.Policy = "sync"
	}
	if s.Owner == "" && !s.Given("txt-owner-id") {
		s.Owner = "default"
	}
	s.Owned = s.option("registry") == "" || s.option("registry") == "txt"
	s.Registry = Registry{
		prefix: strings.ToLower(s.option("txt-prefix")), suffix: strings.ToLower(s.option("txt-suffix")),
		wildcard: strings.ToLower(s.option("txt-wildcard-replacement")),
	}
	s.Prefix, s.Legacy = s.option("annotation-prefix"), s.option("enable-legacy-annotation-prefix") == "true"
	switch {
	case s.Prefix != "":
	case s.Before(0, 22):
		s.Prefix = AlphaPrefix
	default:
		s.Prefix = StablePrefix
	}
	s.proxied = s.option("cloudflare-proxied") == "true"
	if s.Interval = time.Minute; s.option("interval") != "" {
		if d, err := time.ParseDuration(s.option("interval")); err == nil {
			s.Interval = d
		}
	}
	s.include, s.Exclude = s.Options("domain-filter"), s.Options("exclude-domains")
	s.include = slices.DeleteFunc(
		slices.Clone(s.include),
		func(domain string) bool { return strings.TrimSpace(domain) == "" },
	) // as external-dns does
	s.Included, s.Excluded = pattern(s.option("regex-domain-filter")), pattern(s.option("regex-domain-exclusion"))
	s.NoIngresses = !slices.Contains(s.Options("source"), "ingress")
	s.Namespaces, s.IngressClasses = s.Options("namespace"), s.Options("ingress-class")
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

// Options are the values of a flag, given as such or by its environment variable, which holds one a line.
func (s *Syncer) Options(flag string) []string {
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
func (s *Syncer) option(flag string) string {
	values := s.Options(flag)
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// Given reports whether a flag is set.
func (s *Syncer) Given(flag string) bool { return len(s.Options(flag)) > 0 }

// Annotation reads what an Ingress asks of external-dns, as far as this external-dns hears it.
func (s *Syncer) Annotation(i *edge.Route, key string) (string, bool) {
	value, ok := i.Annotations[s.Prefix+key]
	if !ok && s.Legacy {
		value, ok = i.Annotations[AlphaPrefix+key]
	}
	return value, ok
}

// Covers reports whether the filters let a host through. A regular expression replaces the plain filters
// (sigs.k8s.io/external-dns endpoint/domain_filter.go).
func (s *Syncer) Covers(host string) bool {
	host = strings.TrimPrefix(host, "*.")
	if s.Included != nil || s.Excluded != nil {
		return (s.Included == nil || s.Included.MatchString(host)) &&
			(s.Excluded == nil || !s.Excluded.MatchString(host))
	}
	within := func(domain string) bool {
		domain = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(domain), "."))
		if strings.HasPrefix(domain, ".") {
			return strings.HasSuffix(host, domain)
		}
		return domain != "" && (host == domain || strings.HasSuffix(host, "."+domain))
	}
	return (len(s.include) == 0 || slices.ContainsFunc(s.include, within)) && !slices.ContainsFunc(s.Exclude, within)
}

// Overdue is the age of a last sync at which the next one should long be over.
func (s *Syncer) Overdue() time.Duration { return 2*s.Interval + 30*time.Second }

// Container is the index of the container that runs external-dns, as a JSON patch names it.
func (s *Syncer) Container() int {
	return max(0, slices.IndexFunc(s.Spec.Template.Spec.Containers, func(c core.Container) bool {
		return facts.ComponentOf(core.PodSpec{Containers: []core.Container{c}}) == facts.ExternalDNS
	}))
}
