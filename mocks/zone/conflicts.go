package zone

// conflicts checks a record against its neighbours: those of the same name, save the one it replaces.
func (t *table) conflicts(r *Record) error {
	n := t.names[r.Name]
	if n == nil {
		return nil
	}
	var address, cname, ns bool
	combined := 0
	for _, have := range n.records {
		if have.ID == r.ID {
			continue
		}
		if have.Type == r.Type {
			if have.Content == r.Content && samePriority(have, r) {
				return refuse(Recorded, CodeIdentical, "An identical record already exists.")
			}
			if r.Type == "TXT" {
				combined += txtWireBytes(have.Content)
			}
		}
		switch have.Type {
		case "A", "AAAA":
			address = true
		case "CNAME":
			cname = true
		case "NS":
			ns = r.Name != t.zone.Name // the apex has name servers and addresses
		}
	}
	host := r.Type == "A" || r.Type == "AAAA" || r.Type == "CNAME"
	switch {
	case r.Type == "CNAME" && (address || cname):
		return refuse(Reported, CodeAddressExists,
			"An A, AAAA, or CNAME record with that host already exists. For more details, refer to "+sameNameDocs)
	case host && cname:
		return refuse(Reported, CodeCNAMEExists,
			"A CNAME record with that host already exists. For more details, refer to "+sameNameDocs)
	case host && ns:
		return refuse(Documented, CodeNSExists, "NS records with that host already exist.")
	case r.Type == "NS" && r.Name != t.zone.Name && (address || cname):
		return refuse(Unverified, CodeAddressExists,
			"An A, AAAA, or CNAME record with that host already exists. For more details, refer to "+sameNameDocs)
	case combined > 0 && combined+txtWireBytes(r.Content) > maxCombinedWireBytes:
		return refuse(
			Mocked,
			CodeCombinedLength,
			"Combined content length of records with this name and type exceeds the limit.",
		)
	}
	return nil
}

// samePriority: two MX records for one host differ by their priority alone. Whether the real API counts it
// for identity is not known.
func samePriority(a, b *Record) bool {
	if a.Priority == nil || b.Priority == nil {
		return a.Priority == b.Priority
	}
	return *a.Priority == *b.Priority
}
