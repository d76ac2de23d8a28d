// Package zone is the provider's database: zones, DNS records, tokens and users under the rules that
// Cloudflare applies to them. It is the one store that the HTTP API (mocks/cloudflare) writes and that
// the name servers (mocks/dns) read, so that the two can never disagree.
//
// It knows the record rules, their codes and their words, and who may do what. It must not know HTTP
// routes, JSON envelopes, DNS messages or faults: those belong to the packages around it.
//
// # Use
//
//	s := zone.New(zone.Options{})
//	z, _ := s.AddZone(zone.Zone{Name: "example.com"})
//	_, value, _ := s.AddToken(zone.Token{Permissions: zone.EditDNS()}, "")
//	r, err := s.Create(z.ID, zone.Draft("www", "A", "192.0.2.1"))
//	s.Read(func(v zone.View) { best, ok := v.Best("www.example.com"); … })
//
// Records and zones handed out are shared and immutable: an update replaces the value. Whoever holds a
// *Record holds what was true when it was read, and must not write to it.
package zone
