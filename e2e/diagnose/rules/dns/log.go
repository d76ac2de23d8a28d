package dns

import (
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

// refusedWith is the newest refusal of the host's record with one of the codes. A line that names no record counts
// when it tells of the host, or when the host's record is not as it should be.
func refusedWith(r *diagnose.Route, codes ...cloudflare.Code) (externaldns.Refused, bool) {
	for _, record := range []string{r.Host, ""} {
		for _, refused := range slices.Backward(r.Sync.Syncs.Refused[record]) {
			if slices.Contains(codes, refused.Code) &&
				(record != "" || strings.Contains(refused.Line.Message, r.Host) || naming(r).state != right) {
				return refused, true
			}
		}
	}
	return externaldns.Refused{}, false
}
