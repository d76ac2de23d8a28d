package cluster

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/version"
)

// MinKubernetes is the oldest Kubernetes that the suite works on: ClusterTrustBundle, by which pods get to trust the
// fake internet, is served as certificates.k8s.io/v1 from it on.
const MinKubernetes = "v1.37.0"

// CheckNodeImage refuses a node image whose tag says that it is too old, before anything is made of it. Of another tag it says nothing:
// the node itself is queried.
func CheckNodeImage(image string) error {
	name, _, _ := strings.Cut(image, "@")
	_, tag, _ := strings.Cut(name[strings.LastIndex(name, "/")+1:], ":")
	if _, err := version.ParseGeneric(tag); err != nil {
		return nil //nolint:nilerr // no version
	}
	return checkVersion(tag)
}

// checkVersion refuses a node image that is too old.
func checkVersion(node string) error {
	got, err := version.ParseGeneric(node)
	if err != nil {
		return fmt.Errorf("read the Kubernetes version %q of the node image: %w", node, err)
	}
	if !got.AtLeast(version.MustParseGeneric(MinKubernetes)) {
		return fmt.Errorf("node image has Kubernetes %s, but ClusterTrustBundle v1 needs %s; give a newer node image", node, MinKubernetes)
	}
	return nil
}
