package zone

import (
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Free is the plan of zones created since September 2024: 200 records, no tags
// (developers.cloudflare.com/dns/manage-dns-records).
func Free() api.Plan {
	return api.Plan{
		ID:   api.ID{0x0f, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee},
		Name: "Free Website", LegacyID: "free",
		MaxRecords: 200, MaxBatch: 200, MaxComment: 100, MinTTL: 60,
	}
}

// Pro is the smallest paid plan: 3,500 records and batches, comments of 500 characters, 20 tags. Its ID is
// not known from a recording.
func Pro() api.Plan {
	return api.Plan{
		ID:   api.ID{0x0f, 0xee, 0xee, 0xee, 1},
		Name: "Pro Website", LegacyID: "pro", Subscribed: true,
		MaxRecords: 3500, MaxBatch: 3500, MaxComment: 500, MaxTags: 20, MinTTL: 60,
	}
}

// Enterprise allows TTLs from 30 s and, by the account's quota, a million records. Its ID is not known from
// a recording.
func Enterprise() api.Plan {
	return api.Plan{
		ID:   api.ID{0x0f, 0xee, 0xee, 0xee, 2},
		Name: "Enterprise Website", LegacyID: "enterprise", Subscribed: true,
		MaxRecords: 1_000_000, MaxBatch: 3500, MaxComment: 500, MaxTags: 20, MinTTL: 30,
	}
}

// PlanNamed finds a plan by its legacy id: free, pro or enterprise.
func PlanNamed(legacyID string) (api.Plan, bool) {
	for _, p := range []api.Plan{Free(), Pro(), Enterprise()} {
		if p.LegacyID == legacyID {
			return p, true
		}
	}
	return api.Plan{}, false
}
