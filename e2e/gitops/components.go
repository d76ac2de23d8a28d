package gitops

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/ssa/utils"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// fluxModules is where the modules of Flux's controllers are: each by the name of its image.
const fluxModules = "github.com/fluxcd/"

// Download puts a module into the module cache and returns its folder.
type Download func(ctx context.Context, module, version string) (folder string, err error)

// Components reads Flux's controllers as `flux install` sets them up: the manifests of a folder, and before them the
// definitions of their kinds from the modules of the very versions that their images have.
func Components(ctx context.Context, folder string, download Download) ([]*unstructured.Unstructured, error) {
	manifests, err := readFolder(folder)
	if err != nil {
		return nil, err
	}
	var all []*unstructured.Unstructured
	for _, o := range manifests {
		if o.GetKind() != "Deployment" {
			continue
		}
		var d appsv1.Deployment
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &d); err != nil {
			return nil, fmt.Errorf("read Deployment %s of %s: %w", o.GetName(), folder, err)
		}
		for _, c := range d.Spec.Template.Spec.Containers {
			name, version, found := strings.Cut(c.Image[strings.LastIndex(c.Image, "/")+1:], ":")
			if !found {
				return nil, fmt.Errorf("image %s of %s has no tag: give the version of the controller", c.Image, folder)
			}
			module, err := download(ctx, fluxModules+name, version)
			if err != nil {
				return nil, err
			}
			definitions, err := readFolder(filepath.Join(module, "config", "crd", "bases"))
			if err != nil {
				return nil, err
			}
			all = append(all, definitions...)
		}
	}
	return slices.Concat(all, manifests), nil
}

func readFolder(folder string) ([]*unstructured.Unstructured, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("read manifests: no YAML file in %s", folder)
	}
	var out []*unstructured.Unstructured
	for _, file := range files {
		raw, err := os.ReadFile(file) // #nosec G304 -- the project's fixtures, and the module cache
		if err != nil {
			return nil, fmt.Errorf("read manifest: %w", err)
		}
		objects, err := utils.ReadObjects(strings.NewReader(string(raw)))
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", file, err)
		}
		out = append(out, objects...)
	}
	return out, nil
}
