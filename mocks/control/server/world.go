package server

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"time"

	mdns "github.com/miekg/dns"
	"golang.org/x/sync/errgroup"

	"github.com/edgeproof/edgeproof/mocks/acme"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
)

func (s *server) roots(*http.Request) (any, error) {
	return api.Roots{
		Web:        string(s.WebRoot),
		Production: string(s.Production.RootPEM()),
		Staging:    string(s.Staging.RootPEM()),
	}, nil
}

// rootFile answers one root as PEM, for curl -o.
func (s *server) rootFile(w http.ResponseWriter, r *http.Request) {
	files := map[string][]byte{
		"web.pem":        s.WebRoot,
		"production.pem": s.Production.RootPEM(),
		"staging.pem":    s.Staging.RootPEM(),
	}
	pem, ok := files[r.PathValue("file")]
	if !ok {
		err := notFound("no root %q: there are web.pem, production.pem and staging.pem", r.PathValue("file"))
		writeJSON(w, err.Status, api.ErrorResponse{Error: err})
		return
	}
	w.Header().Set("Content-Type", "application/x-pem-file")
	_, _ = w.Write(pem) // the client is gone
}

func (s *server) query(r *http.Request) (any, error) {
	var q api.Question
	if err := decode(r, &q); err != nil {
		return nil, err
	}
	reply, problem := s.reply(q)
	if problem != nil {
		return nil, problem
	}
	return reply, nil
}

// reply asks, or says what is wrong with the question.
func (s *server) reply(q api.Question) (api.Reply, *api.Error) {
	if q.Type == "" {
		q.Type = "A"
	}
	qtype, ok := mdns.StringToType[strings.ToUpper(q.Type)]
	if !ok {
		return api.Reply{}, invalid("record type %q is unknown", q.Type)
	}
	if _, ok := mdns.IsDomainName(q.Name); !ok || q.Name == "" {
		return api.Reply{}, invalid("name %q is no domain name", q.Name)
	}
	switch q.Role {
	case "":
		q.Role = api.RoleBoth
	case api.RoleBoth, api.RoleAuthority, api.RoleResolver:
	default:
		return api.Reply{}, invalid("role %q: give authority, resolver or both", q.Role)
	}
	reply := s.DNS.Ask(q.Role, q.Name, qtype)
	return api.Reply{
		Rcode: mdns.RcodeToString[reply.Rcode], Authoritative: reply.Authoritative, Truncated: reply.Truncated,
		Answer: records(reply.Answer), Authority: records(reply.Ns),
	}, nil
}

// batch answers many questions and probes for the price of one request, as an observation of a hundred hosts needs it.
func (s *server) batch(r *http.Request) (any, error) {
	var in api.BatchRequest
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if n := len(in.Questions) + len(in.Probes); n > api.MaxBatch {
		return nil, invalid("%d questions and probes: give %d at most", n, api.MaxBatch)
	}
	out := api.BatchResponse{
		Replies: make([]api.Reply, len(in.Questions)),
		Reports: make([]json.RawMessage, len(in.Probes)),
	}
	for i, q := range in.Questions {
		reply, problem := s.reply(q)
		if problem != nil {
			return nil, invalid("questions[%d]: %s", i, problem.Message)
		}
		out.Replies[i] = reply
	}
	var probes errgroup.Group
	probes.SetLimit(maxConcurrentProbes)
	for i, request := range in.Probes {
		probes.Go(func() (err error) {
			if out.Reports[i], err = s.Probe(r.Context(), request); err != nil {
				return invalid("probes[%d]: %v", i, err)
			}
			return nil
		})
	}
	return out, probes.Wait()
}

// maxConcurrentProbes bounds the connections of one request.
const maxConcurrentProbes = 32

func records(section []mdns.RR) []api.ResourceRecord {
	out := make([]api.ResourceRecord, 0, len(section))
	for _, rr := range section {
		h := rr.Header()
		out = append(out, api.ResourceRecord{
			Name: h.Name, Type: mdns.Type(h.Rrtype).String(), TTL: h.Ttl,
			Data: strings.TrimPrefix(rr.String(), h.String()),
		})
	}
	return out
}

func (s *server) unknown(*http.Request) (any, error) {
	names, total := s.DNS.Unknown()
	return api.Unknown{Total: total, Names: names}, nil
}

func (s *server) forgetUnknown(*http.Request) (any, error) {
	s.DNS.ForgetUnknown()
	return done{true}, nil
}

func (s *server) listDelays(*http.Request) (any, error) {
	out := []api.Delay{}
	for _, d := range s.DNS.Delays() {
		out = append(out, api.Delay{Name: d.Name, Type: d.Type, Seconds: d.By.Seconds()})
	}
	return out, nil
}

func (s *server) putDelays(r *http.Request) (any, error) {
	var in []api.Delay
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	delays := make([]dns.Delay, 0, len(in))
	for _, d := range in {
		if d.Seconds < 0 || d.Seconds > time.Hour.Seconds() {
			return nil, invalid("delay of %v seconds: give 0 to 3600", d.Seconds)
		}
		delays = append(
			delays,
			dns.Delay{Name: d.Name, Type: strings.ToUpper(d.Type), By: time.Duration(d.Seconds * float64(time.Second))},
		)
	}
	if err := s.DNS.SetDelays(delays); err != nil {
		return nil, invalid("%v", err)
	}
	return s.listDelays(r)
}

func (s *server) authority(r *http.Request) (*acme.Authority, error) {
	switch name := r.PathValue("authority"); name {
	case "production":
		return s.Production, nil
	case "staging":
		return s.Staging, nil
	default:
		return nil, notFound("no acme authority %q: there are production and staging", name)
	}
}

func (s *server) getValidity(r *http.Request) (any, error) {
	a, err := s.authority(r)
	if err != nil {
		return nil, err
	}
	v := a.Validity()
	return api.Validity{LifetimeSeconds: int64(v.Lifetime.Seconds()), BackdateSeconds: int64(v.Backdate.Seconds())}, nil
}

func (s *server) putValidity(r *http.Request) (any, error) {
	a, err := s.authority(r)
	if err != nil {
		return nil, err
	}
	var v api.Validity
	if err := decode(r, &v); err != nil {
		return nil, err
	}
	set, err := durations(v)
	if err != nil {
		return nil, err
	}
	if err := a.SetValidity(set); err != nil {
		return nil, invalid("%v", err)
	}
	return s.getValidity(r)
}

func durations(v api.Validity) (acme.Validity, error) {
	const century = 100 * 365 * 24 * 3600 // beyond it a time.Duration overflows
	if v.LifetimeSeconds > century || v.BackdateSeconds > century {
		return acme.Validity{}, invalid("validity: give under 100 years, in seconds")
	}
	return acme.Validity{
		Lifetime: time.Duration(v.LifetimeSeconds) * time.Second,
		Backdate: time.Duration(v.BackdateSeconds) * time.Second,
	}, nil
}

func (s *server) signCertificate(r *http.Request) (any, error) {
	a, err := s.authority(r)
	if err != nil {
		return nil, err
	}
	var d api.CertificateDraft
	if err := decode(r, &d); err != nil {
		return nil, err
	}
	validity, err := durations(api.Validity{LifetimeSeconds: d.LifetimeSeconds, BackdateSeconds: d.BackdateSeconds})
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode([]byte(d.CSR))
	if block == nil {
		return nil, invalid("csr: give a certificate request as PEM")
	}
	request, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil, invalid("csr: %v", err)
	}
	chain, err := a.Sign(request, validity)
	if err != nil {
		return nil, invalid("%v", err)
	}
	return api.Signed{Chain: string(chain)}, nil
}

func (s *server) getProfiles(r *http.Request) (any, error) {
	a, err := s.authority(r)
	if err != nil {
		return nil, err
	}
	return api.Profiles(a.Profiles()), nil
}

func (s *server) putProfiles(r *http.Request) (any, error) {
	a, err := s.authority(r)
	if err != nil {
		return nil, err
	}
	var p api.Profiles
	if err := decode(r, &p); err != nil {
		return nil, err
	}
	if err := a.SetProfiles(acme.Profiles(p)); err != nil {
		return nil, invalid("%v", err)
	}
	return s.getProfiles(r)
}

func (s *server) counters(*http.Request) (any, error) {
	_, unknown := s.DNS.Unknown()
	c := api.Counters{
		Questions: s.DNS.Questions(), UnknownNames: unknown,
		JournalLast: s.Journal.Last(), JournalDropped: s.Journal.Dropped(),
		Tokens: len(s.Store.Tokens()),
	}
	for _, z := range s.Store.Zones() {
		c.Zones++
		c.Records += s.Store.Len(z.ID)
	}
	return c, nil
}
