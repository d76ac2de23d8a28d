package facts_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// BenchmarkCollect reads a cluster of so many routes, each with its Ingress, Service, EndpointSlice,
// Certificate, request, Secret and pods, from a generated API server that encodes each page again: no etcd and
// no network, so it measures Collect and the clients under it, and the server's own share of the work with
// them. It runs no probes.
func BenchmarkCollect(b *testing.B) {
	for _, routes := range []int{500, 5000} {
		b.Run(strconv.Itoa(routes), func(b *testing.B) {
			server := httptest.NewServer(generated(routes))
			defer server.Close()
			from, err := facts.Connect(&rest.Config{Host: server.URL}, nil)
			if err != nil {
				b.Fatal(err)
			}
			var peak uint64
			for b.Loop() {
				s := facts.Collect(context.Background(), from, facts.Scope{})
				if len(s.Ingresses) != routes || len(s.Certificates) != routes || len(s.Secrets) != routes {
					b.Fatalf("%d Ingresses, %d Certificates and %d Secrets of %d; %v", len(s.Ingresses), len(s.Certificates),
						len(s.Secrets), routes, s.Errors)
				}
				peak = max(peak, heap())
				runtime.KeepAlive(s)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*routes), "ns/route")
			b.ReportMetric(float64(peak)/(1<<20), "MiB-heap")
		})
	}
}

// heap is the size of the heap before a garbage collection: the memory that a process needs.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// generated answers lists of objects that are made up for each page.
type generated int

func (g generated) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/version" {
		answer(w, map[string]string{"gitVersion": "v1.37.2"})
		return
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	kind := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	make1, ok := bodies()[kind]
	if !ok {
		answer(w, object{"items": []any{}})
		return
	}
	to, next := min(from+limit, int(g)), ""
	if to < int(g) {
		next = strconv.Itoa(to)
	}
	items := make([]any, 0, to-from)
	for n := from; n < to; n++ {
		items = append(items, named(fmt.Sprintf("team-%d", n%50), fmt.Sprintf("route-%05d", n), make1(n)))
	}
	_ = json.NewEncoder(w).Encode(object{"metadata": object{"continue": next}, "items": items})
}

// bodies are what makes an object of each kind the size that it has in a cluster.
func bodies() map[string]func(n int) object {
	host := func(n int) string { return fmt.Sprintf("route-%05d.safeops.work", n) }
	conditions := []any{object{
		"type": "Ready", "status": "True", "reason": "Ready",
		"message": "Certificate is up to date and has not expired",
	}}
	return map[string]func(int) object{
		"ingresses": func(n int) object {
			return object{
				"spec": object{
					"ingressClassName": "traefik", "tls": []any{object{
						"hosts":      []string{host(n)},
						"secretName": fmt.Sprintf("route-%05d", n),
					}},
					"rules": []any{object{"host": host(n), "http": object{"paths": []any{object{
						"path": "/", "pathType": "Prefix", "backend": object{"service": object{
							"name": "frontend",
							"port": object{"number": 8080},
						}},
					}}}}},
				},
				"status": object{"loadBalancer": object{"ingress": []any{object{"ip": "203.0.113.10"}}}},
			}
		},
		"services": func(int) object {
			return object{"spec": object{
				"type": "ClusterIP", "selector": object{"app": "frontend"},
				"ports": []any{object{"port": 8080}},
			}}
		},
		"endpointslices": func(int) object {
			return object{"addressType": "IPv4", "endpoints": []any{object{
				"addresses":  []string{"10.0.0.1"},
				"conditions": object{"ready": true},
			}}}
		},
		"pods": func(n int) object {
			return object{
				"spec": object{"containers": []any{object{
					"name": "app", "image": "app:v1",
					"env": []any{object{"name": "API_TOKEN", "value": fmt.Sprintf("in-plain-text-%05d", n)}},
				}}},
				"status": object{"phase": "Running", "conditions": conditions},
			}
		},
		"secrets": func(n int) object {
			return object{"type": "kubernetes.io/tls", "data": object{
				"tls.crt": strings.Repeat("QUFB", 900),
				"tls.key": strings.Repeat("QUFB", 400),
			}}
		},
		"certificates": func(n int) object {
			return object{
				"spec": object{
					"dnsNames": []string{host(n)}, "secretName": fmt.Sprintf("route-%05d", n),
					"issuerRef": object{"name": "letsencrypt-production", "kind": "ClusterIssuer"},
				},
				"status": object{"conditions": conditions},
			}
		},
		"certificaterequests": func(n int) object {
			return object{
				"spec":   object{"request": strings.Repeat("QUFB", 300)},
				"status": object{"certificate": strings.Repeat("QUFB", 900), "conditions": conditions},
			}
		},
	}
}
