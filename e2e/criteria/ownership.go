package criteria

import (
	apps "k8s.io/api/apps/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// configOf is how an external-dns is set up.
func configOf(s *facts.Snapshot, d *apps.Deployment) externaldns.Config {
	config, _ := externaldns.Read(d.Namespace, d.Spec.Template.Spec, s.Environment())
	return config
}

// ownerOf finds who owns the records of a name and type; false when no ownership record says.
func ownerOf(s *facts.Snapshot, config externaldns.Config, name, kind string) (externaldns.Ownership, bool) {
	for _, ownership := range config.TXT.Names(name, kind) {
		for _, record := range s.RecordsOf(ownership) {
			if record.Type != "TXT" {
				continue
			}
			if o, ok := externaldns.ParseOwnership(record.Content); ok {
				return o, true
			}
			if config.Encrypted { // only its own external-dns can read it
				return externaldns.Ownership{Owner: config.OwnerID}, true
			}
		}
	}
	return externaldns.Ownership{}, false
}
