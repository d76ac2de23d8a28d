package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Record is what is written at the DNS provider, past its API's tokens, as somebody does in the dashboard.
// Without content and data it is deleted.
type Record struct {
	Zone    string         `json:"zone"`
	Name    string         `json:"name"`
	Type    string         `json:"type"`
	Content string         `json:"content,omitempty"`
	Data    map[string]any `json:"data,omitempty"` // of types whose content has parts, such as CAA
	TTL     int            `json:"ttl,omitempty"`
	Proxied bool           `json:"proxied,omitempty"`
	// New adds a record; otherwise there must be one, which is changed.
	New bool `json:"new,omitempty"`
}

func (r *Record) check() error {
	switch {
	case r.Zone == "" || r.Name == "" || r.Type == "":
		return errors.New("record: give zone, name and type")
	case r.New && r.deletes():
		return errors.New("record.new: give content or data, too")
	}
	return nil
}

func (r *Record) deletes() bool { return r.Content == "" && r.Data == nil }

func (r *Record) draft() api.RecordDraft {
	return api.RecordDraft{
		Name: r.Name, Type: r.Type, Content: r.Content, Data: r.Data, TTL: r.TTL, Proxied: r.Proxied,
		New: r.New,
	}
}

func (r *Record) inject(ctx context.Context, i *Injector) (undo, error) {
	what := "record " + r.Type + " " + r.Name
	if r.New {
		made, err := i.Internet.PutRecord(ctx, r.Zone, r.draft())
		if err != nil {
			return undo{}, fmt.Errorf("make %s: %w", what, err)
		}
		return undo{0, "making of " + what, func(ctx context.Context) error {
			_, err := i.Internet.DeleteRecord(ctx, r.Zone, made.ID)
			return ignoreNotFound(err) // external-dns may have been here
		}}, nil
	}
	filter := api.RecordFilter{Name: r.Name, Type: r.Type}
	before, err := i.Internet.Records(ctx, r.Zone, filter)
	if err != nil {
		return undo{}, fmt.Errorf("read %s: %w", what, err)
	}
	if len(before) == 0 {
		return undo{}, fmt.Errorf("change %s: there is none, so the fault would break nothing", what)
	}
	if was := before[0]; was.Content == r.Content && was.Proxied == r.Proxied && (r.TTL == 0 || r.TTL == was.TTL) &&
		r.Data == nil {
		return undo{}, fmt.Errorf("change %s: %w", what, errNothing)
	}
	if r.deletes() {
		_, err = i.Internet.DeleteRecords(ctx, r.Zone, filter)
	} else {
		_, err = i.Internet.PutRecord(ctx, r.Zone, r.draft())
	}
	if err != nil {
		return undo{}, fmt.Errorf("change %s: %w", what, err)
	}
	return undo{0, "change of " + what, func(ctx context.Context) error {
		for _, record := range before {
			if err := i.putBack(ctx, r.Zone, record); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

func (i *Injector) putBack(ctx context.Context, zoneName string, r api.Record) error {
	_, err := i.Internet.PutRecord(ctx, zoneName, api.RecordDraft{
		Name: r.Name, Type: r.Type, Content: r.Content, TTL: r.TTL, Proxied: r.Proxied, Comment: r.Comment,
	})
	return err
}

func ignoreNotFound(err error) error {
	var refused *api.Error
	if errors.As(err, &refused) && refused.Status == 404 {
		return nil
	}
	return err
}

// Zone changes a zone at the provider, or makes one.
type Zone struct {
	Name   string          `json:"name"`
	Status *api.ZoneStatus `json:"status,omitempty"`
	Paused *bool           `json:"paused,omitempty"`
	// NameServers are those that the zone says to be delegated to.
	NameServers []string `json:"nameServers,omitempty"`
	New         bool     `json:"new,omitempty"`
}

func (z *Zone) check() error {
	switch {
	case z.Name == "":
		return errors.New("zone.name: missing")
	case !z.New && z.Status == nil && z.Paused == nil && z.NameServers == nil:
		return errors.New("zone: give status, paused, nameServers or new")
	case z.New && z.Paused != nil:
		return errors.New("zone.paused: a new zone is not paused")
	}
	return nil
}

func (z *Zone) inject(ctx context.Context, i *Injector) (undo, error) {
	if z.New {
		draft := api.ZoneDraft{Name: z.Name, NameServers: z.NameServers}
		if z.Status != nil {
			draft.Status = *z.Status
		}
		made, err := i.Internet.CreateZone(ctx, draft)
		if err != nil {
			return undo{}, fmt.Errorf("make zone %s: %w", z.Name, err)
		}
		return undo{0, "making of zone " + z.Name, func(ctx context.Context) error {
			return i.Internet.DeleteZone(ctx,
				made.ID.String())
		}}, nil
	}
	zones, err := i.Internet.Zones(ctx)
	if err != nil {
		return undo{}, fmt.Errorf("change zone %s: %w", z.Name, err)
	}
	at := slices.IndexFunc(zones, func(x api.Zone) bool { return x.Name == z.Name })
	if at < 0 {
		return undo{}, fmt.Errorf("change zone %s: there is none, so the fault would break nothing", z.Name)
	}
	was := zones[at]
	if _, err := i.Internet.PatchZone(ctx, was.ID.String(),
		api.ZonePatch{Status: z.Status, Paused: z.Paused, NameServers: z.NameServers}); err != nil {
		return undo{}, fmt.Errorf("change zone %s: %w", z.Name, err)
	}
	return undo{0, "change of zone " + z.Name, func(ctx context.Context) error {
		_, err := i.Internet.PatchZone(ctx, was.ID.String(),
			api.ZonePatch{Status: &was.Status, Paused: &was.Paused, NameServers: was.NameServers})
		return err
	}}, nil
}

// Internet is a rule of the fake internet: what it meets in requests and questions, and what it does to them.
type Internet api.FaultRule

func (r *Internet) check() error {
	rule := api.FaultRule(*r)
	if rule.HTTP != nil && strings.Contains(rule.HTTP.Client, "${") {
		match := *rule.HTTP
		match.Client = "" // an address once it is filled in
		rule.HTTP = &match
	}
	if err := rule.Check(); err != nil {
		return fmt.Errorf("internet: %w", err)
	}
	return nil
}

func (r *Internet) inject(ctx context.Context, i *Injector) (undo, error) {
	added, err := i.Internet.AddFault(ctx, api.FaultRule(*r))
	if err != nil {
		return undo{}, fmt.Errorf("add rule: %w", err)
	}
	return undo{0, "rule " + added.ID, func(ctx context.Context) error {
		_, err := i.Internet.ClearFault(ctx, added.ID)
		return ignoreNotFound(err) // one with an end may have ended
	}}, nil
}

// Validity sets from when and for how long what an authority issues next is valid.
type Validity struct {
	Authority string `json:"authority"`
	api.Validity
}

func (v *Validity) check() error {
	if v.LifetimeSeconds == 0 && v.BackdateSeconds == 0 {
		return errors.New("validity: give lifetimeSeconds or backdateSeconds")
	}
	return checkAuthority("validity.authority", v.Authority)
}

func (v *Validity) inject(ctx context.Context, i *Injector) (undo, error) {
	was, err := i.Internet.Validity(ctx, v.Authority)
	if err == nil {
		err = i.Internet.SetValidity(ctx, v.Authority, v.Validity)
	}
	if err != nil {
		return undo{}, fmt.Errorf("set validity of %s: %w", v.Authority, err)
	}
	return undo{0, "validity of " + v.Authority, func(ctx context.Context) error {
		return i.Internet.SetValidity(ctx,
			v.Authority, was)
	}}, nil
}

func checkAuthority(field, name string, also ...string) error {
	if !slices.Contains(append(also, "production", "staging"), name) {
		return fmt.Errorf("%s %q: give production or staging", field, name)
	}
	return nil
}

func (d *Delay) check() error {
	if d.Seconds <= 0 || d.Name == "" {
		return errors.New("delay: give name and seconds")
	}
	return nil
}

func (d *Delay) inject(ctx context.Context, i *Injector) (undo, error) {
	one := api.Delay(*d)
	if err := i.changeDelays(ctx, func(all []api.Delay) []api.Delay { return append(all, one) }); err != nil {
		return undo{}, fmt.Errorf("delay %s: %w", d.Name, err)
	}
	return undo{0, "delay of " + d.Name, func(ctx context.Context) error {
		return i.changeDelays(ctx, func(all []api.Delay) []api.Delay {
			return slices.DeleteFunc(all, func(x api.Delay) bool { return x == one })
		})
	}}, nil
}

func (i *Injector) changeDelays(ctx context.Context, change func([]api.Delay) []api.Delay) error {
	i.delays.Lock()
	defer i.delays.Unlock()
	now, err := i.Internet.Delays(ctx)
	if err != nil {
		return err
	}
	return i.Internet.SetDelays(ctx, change(now))
}
