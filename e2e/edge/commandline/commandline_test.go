package commandline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/commandline"
)

func TestOfPod(t *testing.T) {
	t.Parallel()
	got := commandline.OfPod(core.PodSpec{Containers: []core.Container{
		{
			Command: []string{"/traefik", "--entryPoints.web.address=:80"},
			Args:    []string{"--ping", "--log.level", "INFO", "-v"},
		},
		{Args: []string{"--source=ingress", "--source=crd", "--empty=", "--", "word"}},
	}})
	want := commandline.Flags{
		"entrypoints.web.address": {":80"}, "ping": {"true"}, "log.level": {"INFO"}, "source": {"ingress", "crd"},
		"empty": {""},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got.Last("Source") != "crd" || got.Last("none") != "" {
		t.Error("last value")
	}
}
