package server

import (
	"net/http"
	"slices"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// zoneOf finds the zone that a path names, by id or by name; of several with one name the first.
func (s *server) zoneOf(r *http.Request) (*api.Zone, error) { return s.findZone(r.PathValue("zone")) }

func (s *server) findZone(named string) (*api.Zone, error) {
	if id, err := api.ParseID(named); err == nil {
		if z, err := s.Store.Zone(id); err == nil {
			return z, nil
		}
	}
	if z := s.Store.ZonesNamed(named); len(z) > 0 {
		return z[0], nil
	}
	return nil, notFound("no zone %q: GET /v1/zones lists them", named)
}

func (s *server) listZones(*http.Request) (any, error) {
	if zones := s.Store.Zones(); zones != nil {
		return zones, nil
	}
	return []*api.Zone{}, nil
}

func plan(name string) (api.Plan, error) {
	p, ok := zone.PlanNamed(name)
	if !ok {
		return p, invalid("plan %q: give free, pro or enterprise", name)
	}
	return p, nil
}

func checkStatus(status api.ZoneStatus) error {
	if !slices.Contains([]api.ZoneStatus{api.ZoneActive, api.ZonePending, api.ZoneMoved}, status) {
		return invalid("zone status %q: give active, pending or moved", status)
	}
	return nil
}

func checkSSL(mode api.SSLMode) error {
	if !slices.Contains([]api.SSLMode{api.SSLOff, api.SSLFlexible, api.SSLFull, api.SSLStrict}, mode) {
		return invalid("SSL mode %q: give off, flexible, full or strict", mode)
	}
	return nil
}

func (s *server) createZone(r *http.Request) (any, error) {
	var d api.ZoneDraft
	if err := decode(r, &d); err != nil {
		return nil, err
	}
	z := api.Zone{Name: d.Name, Status: d.Status, NameServers: d.NameServers, SSL: d.SSL}
	if d.SSL != "" {
		if err := checkSSL(d.SSL); err != nil {
			return nil, err
		}
	}
	if d.Status != "" {
		if err := checkStatus(d.Status); err != nil {
			return nil, err
		}
	}
	if d.Plan != "" {
		p, err := plan(d.Plan)
		if err != nil {
			return nil, err
		}
		z.Plan = p
	}
	added, err := s.Store.AddZone(z)
	if err != nil {
		return nil, invalid("%v", err)
	}
	return added, nil
}

func (s *server) patchZone(r *http.Request) (any, error) {
	z, err := s.zoneOf(r)
	if err != nil {
		return nil, err
	}
	var p api.ZonePatch
	if err := decode(r, &p); err != nil {
		return nil, err
	}
	if p.Status != nil {
		if err := checkStatus(*p.Status); err != nil {
			return nil, err
		}
	}
	if p.SSL != nil {
		if err := checkSSL(*p.SSL); err != nil {
			return nil, err
		}
	}
	var subscribed api.Plan
	if p.Plan != nil {
		if subscribed, err = plan(*p.Plan); err != nil {
			return nil, err
		}
	}
	return s.Store.UpdateZone(z.ID, func(z *api.Zone) {
		if p.Status != nil {
			z.Status = *p.Status
		}
		if p.Paused != nil {
			z.Paused = *p.Paused
		}
		if p.SSL != nil {
			z.SSL = *p.SSL
		}
		if p.Plan != nil {
			z.Plan = subscribed
		}
		if len(p.NameServers) > 0 {
			z.NameServers = p.NameServers
		}
	})
}

func (s *server) deleteZone(r *http.Request) (any, error) {
	z, err := s.zoneOf(r)
	if err != nil {
		return nil, err
	}
	return done{true}, s.Store.RemoveZone(z.ID)
}

// select lists the records that a request's query chooses.
func (s *server) chosen(z *api.Zone, r *http.Request) ([]*zone.Record, error) {
	q := zone.Query{Type: r.URL.Query().Get("type")}
	if name := r.URL.Query().Get("name"); name != "" {
		full, err := zone.Absolute(name, z.Name)
		if err != nil {
			return nil, err
		}
		q.Name.Exact = full
	}
	page, _, err := s.Store.List(z.ID, q)
	if page == nil {
		page = []*zone.Record{}
	}
	return page, err
}

func (s *server) listRecords(r *http.Request) (any, error) {
	z, err := s.zoneOf(r)
	if err != nil {
		return nil, err
	}
	return s.chosen(z, r)
}

func (s *server) putRecord(r *http.Request) (any, error) {
	z, err := s.zoneOf(r)
	if err != nil {
		return nil, err
	}
	var d api.RecordDraft
	if err := decode(r, &d); err != nil {
		return nil, err
	}
	c := zone.Change{
		Name:     &d.Name,
		Type:     &d.Type,
		Proxied:  &d.Proxied,
		Priority: d.Priority,
		Comment:  &d.Comment,
		Data:     d.Data,
	}
	if d.Content != "" || d.Data == nil {
		c.Content = &d.Content
	}
	if d.TTL != 0 {
		c.TTL = &d.TTL
	}
	if d.ID != nil {
		return s.Store.Put(z.ID, *d.ID, c)
	}
	full, err := zone.Absolute(d.Name, z.Name)
	if err != nil {
		return nil, err
	}
	if !d.New {
		same, _, err := s.Store.List(z.ID, zone.Query{Type: d.Type, Name: zone.Match{Exact: full}, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(same) > 0 {
			return s.Store.Put(z.ID, same[0].ID, c)
		}
	}
	return s.Store.Create(z.ID, c)
}

func (s *server) deleteRecord(r *http.Request) (any, error) {
	z, err := s.zoneOf(r)
	if err != nil {
		return nil, err
	}
	id, err := api.ParseID(r.PathValue("record"))
	if err != nil {
		return nil, invalid("record %q: %v", r.PathValue("record"), err)
	}
	return s.Store.Delete(z.ID, id)
}

// deleteRecords deletes by name, type or both, in one transaction, and answers what it deleted.
func (s *server) deleteRecords(r *http.Request) (any, error) {
	z, err := s.zoneOf(r)
	if err != nil {
		return nil, err
	}
	if r.URL.Query().Get("name") == "" && r.URL.Query().Get("type") == "" {
		return nil, invalid("delete records: give name, type or both")
	}
	doomed, err := s.chosen(z, r)
	if err != nil {
		return nil, err
	}
	batch := zone.Batch{}
	for _, record := range doomed {
		batch.Deletes = append(batch.Deletes, record.ID)
	}
	if _, err := s.Store.Apply(z.ID, batch); err != nil {
		return nil, err
	}
	return doomed, nil
}
