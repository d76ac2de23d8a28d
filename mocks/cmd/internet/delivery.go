package main

import (
	"net/http"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/control/server"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/git"
	"github.com/edgeproof/edgeproof/mocks/registry"
)

// deliver adds what GitOps engines fetch from: Git hosts, chart repositories and OCI registries. A host is
// there as soon as something is committed or published on it.
func (w *world) deliver() error {
	w.registry = registry.New(registry.Options{Journal: w.journal})
	var err error
	if w.git, err = git.New(git.Options{Journal: w.journal}); err != nil {
		return err
	}
	w.front.Others = w.deliveryHost
	return nil
}

// delivery is what the control API steers of it.
func (w *world) delivery() server.Delivery {
	return server.Delivery{Git: w.git, Registry: w.registry, Changed: func() { w.dns.SetHosts(w.deliveryHosts()) }}
}

// deliveryHosts lists the hosts of repositories, charts and artifacts.
func (w *world) deliveryHosts() []string {
	hosts := w.registry.Hosts()
	for _, at := range w.git.Addresses() {
		hosts = append(hosts, at.Host)
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// deliveryHost serves one of them: a host may have repositories, charts and artifacts at once, as github.com
// and its like.
func (w *world) deliveryHost(name string) http.Handler {
	if !slices.Contains(w.deliveryHosts(), name) {
		return nil
	}
	repositories := w.faults.HTTP(faultinjection.Host{Name: "git", Source: api.SourceGit}, w.git.Host(name))
	packages := w.faults.HTTP(faultinjection.Host{Name: "registry", Source: api.SourceRegistry}, w.registry.Host(name))
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/info/refs") || strings.HasSuffix(r.URL.Path, "/git-upload-pack") ||
			strings.HasSuffix(r.URL.Path, "/git-receive-pack") {
			repositories.ServeHTTP(rw, r)
			return
		}
		packages.ServeHTTP(rw, r)
	})
}

// forgetDelivered brings all of it back to the start, which is nothing.
func (w *world) forgetDelivered() {
	w.git.Clear()
	w.registry.Clear()
	w.dns.SetHosts(nil)
}
