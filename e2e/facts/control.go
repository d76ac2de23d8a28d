package facts

import (
	"context"
	"encoding/json"
	"fmt"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// FromControl makes the fake internet, behind its control API, the Internet of a collection.
func FromControl(c *api.Client) Internet { return steered{c, &together{ask: c.Batch}} }

type steered struct {
	c *api.Client
	t *together
}

func (i steered) Zones(ctx context.Context, _ Credential) ([]Zone, error) {
	zones, err := i.c.Zones(ctx)
	if err != nil {
		return nil, fmt.Errorf("list zones: %w", err)
	}
	out := make([]Zone, 0, len(zones))
	for _, z := range zones {
		out = append(out, Zone{Name: z.Name, Status: string(z.Status), Paused: z.Paused, NameServers: z.NameServers})
	}
	return out, nil
}

func (i steered) Records(ctx context.Context, _ Credential, zone string) ([]Record, error) {
	records, err := i.c.Records(ctx, zone, api.RecordFilter{})
	if err != nil {
		return nil, fmt.Errorf("list records of zone %s: %w", zone, err)
	}
	out := make([]Record, 0, len(records))
	for _, r := range records {
		out = append(out, Record{
			ID: r.ID.String(), Name: r.Name, Type: r.Type, Content: r.Content, TTL: r.TTL, Proxied: r.Proxied,
			Comment: r.Comment,
			Created: r.Created, Modified: r.Modified,
		})
	}
	return out, nil
}

func (i steered) Lookup(ctx context.Context, at Server, name, qtype string) (Answer, error) {
	role := api.RoleAuthority
	if at == Resolver {
		role = api.RoleResolver
	}
	reply, _, err := i.t.one(ctx, api.BatchRequest{Questions: []api.Question{{Name: name, Type: qtype, Role: role}}})
	if err != nil {
		return Answer{}, fmt.Errorf("query the %s for %s of %s: %w", at, qtype, name, err)
	}
	records := make([]mdns.RR, 0, len(reply.Answer))
	for _, r := range reply.Answer {
		record, err := mdns.NewRR(fmt.Sprintf("%s %d IN %s %s", r.Name, r.TTL, r.Type, r.Data))
		if err != nil {
			return Answer{}, fmt.Errorf("read the answer of the %s for %s of %s: %w", at, qtype, name, err)
		}
		records = append(records, record)
	}
	return ReadAnswer(reply.Rcode, qtype, records), nil
}

func (i steered) Probe(ctx context.Context, req probe.Request) (probe.Report, error) {
	request, err := json.Marshal(req)
	if err != nil {
		return probe.Report{}, fmt.Errorf("probe %s: %w", req.URL, err)
	}
	var report probe.Report
	_, answer, err := i.t.one(ctx, api.BatchRequest{Probes: []json.RawMessage{request}})
	if err == nil {
		err = json.Unmarshal(answer, &report)
	}
	if err != nil {
		return report, fmt.Errorf("probe %s: %w", req.URL, err)
	}
	return report, nil
}
