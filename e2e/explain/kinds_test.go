package explain_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	gateway "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/explain"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// A route of any kind is found by its host, by its own name, and by that of the Gateway that it attaches to.
func TestAnObjectOfAnyKind(t *testing.T) {
	t.Parallel()
	s := &facts.Snapshot{Format: facts.Format, Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Parts: facts.All()}
	name := meta.ObjectMeta{Namespace: "shop", Name: "web"}
	web := gateway.HTTPRoute{ObjectMeta: name}
	web.Spec.Hostnames = []gateway.Hostname{"gw.safeops.work"}
	web.Spec.ParentRefs = []gateway.ParentReference{{Name: "public"}}
	s.GatewayAPI.HTTPRoutes = []gateway.HTTPRoute{web}
	s.GatewayAPI.Gateways = []gateway.Gateway{{ObjectMeta: meta.ObjectMeta{Namespace: "shop", Name: "public"}}}
	s.Traefik.Routes = []traefik.IngressRoute{{ObjectMeta: name, Spec: traefik.IngressRouteSpec{
		Routes: []traefik.Router{{Match: "Host(`ir.safeops.work`)"}},
	}}}
	s.DNSEndpoints = []externaldns.DNSEndpoint{{ObjectMeta: name, Spec: externaldns.DNSEndpointSpec{
		Endpoints: []externaldns.Endpoint{{DNSName: "nas.safeops.work", RecordType: "A", Targets: []string{"203.0.113.9"}}},
	}}}
	file := filepath.Join(t.TempDir(), "edge.json")
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		"gw.safeops.work": "(HTTPRoute shop/web)", "httproute/shop/web": "gw.safeops.work (HTTPRoute",
		"gateway/shop/public": "gw.safeops.work (HTTPRoute", "ir.safeops.work": "(IngressRoute shop/web)",
		"ingressroute/shop/web": "ir.safeops.work", "nas.safeops.work": "(DNSEndpoint shop/web)",
		"dnsendpoint/shop/web": "nas.safeops.work",
	} {
		_, out, err := run(t, explain.Options{Target: target, Snapshot: file})
		if err != nil || !strings.Contains(out, want) || strings.Contains(out, "no route has") {
			t.Errorf("%s: %v, no %q in\n%s", target, err, want, out)
		}
	}
	if _, _, err := run(t, explain.Options{Target: "certificate/shop/none", Snapshot: file}); err == nil ||
		!strings.Contains(err.Error(), "explain Certificate shop/none: it is not there") {
		t.Errorf("an object that is not there: %v", err)
	}
}
