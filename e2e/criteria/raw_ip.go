package criteria

import (
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// RawIPCheck is the result of a test that knows the address only: HTTPS at the ingress controller with the host in
// SNI and Host, without a DNS query and without a look at the certificate. It is no criterion; set beside Works it
// shows what such a test misses.
func RawIPCheck(s *facts.Snapshot, t judge.Target) judge.Judgement {
	j := Criterion{ID: RawAddress, Needs: []facts.Part{facts.Probes}}.unread(View{Facts: s, Target: t})
	j.ID = string(RawAddress)
	for _, host := range t.Hosts() {
		rep := s.Probes[host].RawIP
		switch {
		case rep == nil:
			j.Lacks("%s: not probed by address: the ingress controller has none", host)
		case rep.HTTP == nil:
			j.Lacks("%s at %s: %s failed, %s", host, rep.Request.Address, rep.Failed, rep.Error)
		case rep.HTTP.Status != 200:
			j.Lacks("%s at %s: answers %d", host, rep.Request.Address, rep.HTTP.Status)
		default:
			j.Saw("%s at %s: answers 200", host, rep.Request.Address)
		}
	}
	return j.Conclude()
}
