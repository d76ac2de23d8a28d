package testbed

import (
	"fmt"
	"strings"

	"k8s.io/client-go/rest"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// The Service of the fake internet's control API, as fixtures/platform names it.
const (
	InternetNamespace = "internet"
	ControlService    = "control"
)

// Control makes a client of the fake internet's control API in a cluster. It goes through the API server's
// proxy, so that no port of the fake internet is open to the machine.
func Control(config *rest.Config) (*api.Client, error) {
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("make client of the control API: %w", err)
	}
	base := fmt.Sprintf("%s/api/v1/namespaces/%s/services/http:%s:8080/proxy", strings.TrimSuffix(config.Host, "/"),
		InternetNamespace, ControlService)
	return api.NewClient(base, httpClient), nil
}
