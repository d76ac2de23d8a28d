package convergence

import (
	"math"
	"slices"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/pace"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// fixedDelay is what the components' own waits can be of a time, whatever the machine: external-dns looks once
// a minute, and cert-manager sleeps a minute after it has found its proof in the DNS.
func fixedDelay(to string) float64 {
	switch to {
	case verdict.ToRecord:
		return await.SyncInterval.Seconds()
	case verdict.ToCertificate:
		return await.ChallengeDelay.Seconds()
	}
	return 0
}

// Of reads from a snapshot how long records and certificates of the routes took, counted from when they were
// asked for. The slowest counts. What is not there yet has no time.
func Of(s *facts.Snapshot, target judge.Target) []verdict.Time {
	var record, certificate slowest
	for _, r := range target.Routes {
		route, there := s.Route(r.Source)
		if !there {
			return nil
		}
		for _, host := range r.Hosts {
			written := time.Time{}
			for _, x := range s.RecordsOf(host) {
				if x.Type != "TXT" { // which is the registry's mark beside it
					written = x.Created
				}
			}
			record.add(route.Created, written)
		}
		for n := range s.Certificates {
			if c := &s.Certificates[n]; fills(route, c.Namespace, c.Spec.SecretName) {
				certificate.add(c.CreationTimestamp.Time, ready(c))
			}
		}
	}
	return append(record.time(verdict.ToRecord), certificate.time(verdict.ToCertificate)...)
}

// fills reports whether a TLS block of the route names the Secret.
func fills(route *edge.Route, namespace, secret string) bool {
	name := types.NamespacedName{Namespace: namespace, Name: secret}
	return slices.ContainsFunc(route.TLS, func(b edge.TLS) bool { return route.SecretName(&b) == name })
}

// slowest is the longest of several times; none when one of them has not ended.
type slowest struct {
	longest time.Duration
	ended   int
	open    bool
}

func (s *slowest) add(from, to time.Time) {
	if to.IsZero() {
		s.open = true
		return
	}
	s.ended++
	s.longest = max(s.longest, to.Sub(from))
}

func (s *slowest) time(to string) []verdict.Time {
	if s.open || s.ended == 0 {
		return nil
	}
	return []verdict.Time{{To: to, Seconds: verdict.Seconds(s.longest)}}
}

// ready is when the certificate became ready; zero when it is not.
func ready(c *certmanager.Certificate) time.Time {
	for _, condition := range c.Status.Conditions {
		if condition.Type == certmanager.CertificateConditionReady && condition.Status == cmmeta.ConditionTrue &&
			condition.LastTransitionTime != nil {
			return condition.LastTransitionTime.Time
		}
	}
	return time.Time{}
}

// Machine does a fixed piece of work three times and returns the median, in seconds.
func Machine() float64 {
	var took [3]float64
	for n := range took {
		start := time.Now()
		pace.Work(numbers)
		took[n] = time.Since(start).Seconds()
	}
	median := max(min(took[0], took[1]), min(max(took[0], took[1]), took[2]))
	return math.Round(median*1000) / 1000
}
