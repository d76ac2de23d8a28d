package criteria

import (
	"cmp"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

func wf7() Criterion {
	return Criterion{
		ID: "WF-7", Text: "validation uses the real hostname over HTTPS, never only a raw service or load-balancer IP",
		Check: validatedByName, Needs: []facts.Part{facts.Ingresses, facts.Services, facts.Probes},
		Waits: ForCertificate, Shown: ByProbes,
		TooEarly: "A check of the address alone passes while the name is broken, and the incident then looks like a " +
			"fault of the application.",
	}
}

// validatedByName judges that the route was requested by its name over HTTPS, and answered.
func validatedByName(v View) judge.Judgement {
	var j judge.Judgement
	s, t := v.Facts, v.Target
	for _, host := range t.Hosts() {
		rep := s.Probes[host].HTTPS
		switch {
		case rep == nil || !strings.HasPrefix(rep.Request.URL, "https://"+host+"/") || rep.Request.Address != "":
			j.Never("%s: was not requested by name over HTTPS: an answer at the address is no proof", host)
		case rep.Failed == probe.StepResolve && unsynced(t, host):
			j.Never("%s: requested by name over HTTPS: %s; it is below no zone that external-dns syncs (%s)", host, rep.Class,
				strings.Join(t.Zones, ", "))
		case rep.Resolve == nil || rep.Failed != "" || rep.HTTP == nil:
			step := cmp.Or(string(rep.Failed), "resolve")
			j.Lacks("%s: requested by name over HTTPS: %s failed, %s: %s", host, step, rep.Class, rep.Error)
		default:
			j.Saw("%s: requested by name over HTTPS at %s: %d", host, rep.Connect.Address, rep.HTTP.Status)
		}
	}
	return j
}
