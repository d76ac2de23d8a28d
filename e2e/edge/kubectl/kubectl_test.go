package kubectl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/edge/kubectl"
)

func TestTables(t *testing.T) {
	t.Parallel()
	got := kubectl.Tables(`Warning: old API
NAME                 READY   RESTARTS      AGE
pod/external-dns-1   1/1     2 (97s ago)   3m
pod/waits            0/1

NAMESPACE   NAME    TYPE                DATA
develop     web     kubernetes.io/tls   2
`)
	want := []kubectl.Table{
		{
			Columns: []string{"name", "ready", "restarts", "age"},
			Rows: []map[string]string{
				{"name": "pod/external-dns-1", "ready": "1/1", "restarts": "2 (97s ago)", "age": "3m"},
				{"name": "pod/waits", "ready": "0/1", "restarts": "", "age": ""},
			},
		},
		{
			Columns: []string{"namespace", "name", "type", "data"},
			Rows:    []map[string]string{{"namespace": "develop", "name": "web", "type": "kubernetes.io/tls", "data": "2"}},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("tables (-want +got):\n%s", d)
	}
	if !got[1].Has("type", "data") || got[0].Has("type") {
		t.Error("the columns type and data are of the second table alone")
	}
	if name := kubectl.Name(got[0].Rows[0]["name"]); name != "external-dns-1" {
		t.Errorf("name %s", name)
	}
}

func TestDescribeIngress(t *testing.T) {
	t.Parallel()
	got := kubectl.DescribeIngress(`Name:             web
Namespace:        develop
Ingress Class:    <none>
TLS:
  web-tls terminates a.example,b.example
  SNI routes c.example
Rules:
  Host        Path  Backends
  ----        ----  --------
  a.example
              /   web:80 ()
Annotations:  cert-manager.io/issuer: le
Events:
  Warning  BadConfig  2m  cert-manager-ingress-shim  TLS entry 1 is invalid
`)
	want := kubectl.Ingress{
		Fields: map[string]string{
			"Name": "web", "Namespace": "develop", "Ingress Class": "<none>", "TLS": "", "Rules": "", "Events": "",
			"Annotations": "cert-manager.io/issuer: le",
		},
		TLS: []kubectl.TLS{
			{Secret: "web-tls", Hosts: []string{"a.example", "b.example"}},
			{Hosts: []string{"c.example"}},
		},
		Backends:    []kubectl.Backend{{Host: "a.example", Backend: "web:80 ()"}},
		Annotations: map[string]string{"cert-manager.io/issuer": "le"},
		Warnings:    []string{"Warning BadConfig 2m cert-manager-ingress-shim TLS entry 1 is invalid"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("description (-want +got):\n%s", d)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	got := kubectl.Errors("error: no such resource\nNAME READY\n  Error from server (Forbidden): pods\n")
	if d := cmp.Diff([]string{"error: no such resource", "Error from server (Forbidden): pods"}, got); d != "" {
		t.Errorf("errors (-want +got):\n%s", d)
	}
}
