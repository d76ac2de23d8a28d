package cluster

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/version"

	"github.com/edgeproof/edgeproof/e2e/kubernetes"
)

// CheckNodeImage refuses a node image whose tag says that it is too old, before anything is made of it. Of
// another tag it says nothing: the node itself is queried.
func CheckNodeImage(image string) error {
	tag, there := VersionOf(image)
	if !there {
		return nil
	}
	_, err := kubernetes.Of(tag)
	return err
}

// VersionOf is the Kubernetes version that the tag of a node image says, if it says one.
func VersionOf(image string) (tag string, there bool) {
	name, _, _ := strings.Cut(image, "@")
	_, tag, _ = strings.Cut(name[strings.LastIndex(name, "/")+1:], ":")
	_, err := version.ParseGeneric(tag)
	return tag, err == nil
}
