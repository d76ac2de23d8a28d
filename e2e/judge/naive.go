package judge

import (
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// RawIPCheck is what a test says that knows only the address (FP-4): HTTPS at the ingress controller with the
// host in SNI and Host, no DNS asked and no certificate looked at. It is no criterion; set beside DW-4 it shows
// what such a test misses.
func RawIPCheck(s *facts.Snapshot, t Target) Judgement {
	j := unread(rule{id: "FP-4", needs: []facts.Part{facts.Probes}}, s)
	j.ID = "FP-4"
	for _, host := range t.Hosts() {
		rep := s.Probes[host].RawIP
		switch {
		case rep == nil:
			j.lacks("%s: not probed by address: the ingress controller has none", host)
		case rep.HTTP == nil:
			j.lacks("%s at %s: %s failed, %s", host, rep.Request.Address, rep.Failed, rep.Error)
		case rep.HTTP.Status != 200:
			j.lacks("%s at %s: answers %d", host, rep.Request.Address, rep.HTTP.Status)
		default:
			j.saw("%s at %s: answers 200", host, rep.Request.Address)
		}
	}
	return j.conclude()
}
