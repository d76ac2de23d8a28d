package supply

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// reference is an image reference in its full form, as containerd writes it.
type reference struct {
	name       string // docker.io/library/traefik:v3.6.12
	repository string // docker.io/library/traefik
	registry   string // docker.io
	tag        string // v3.6.12; "" when there is only a digest
	digest     string // sha256:…, when the reference pins one
}

func parseReference(s string) (reference, error) {
	withoutDigest, digest, pinned := strings.Cut(s, "@")
	tag, err := name.NewTag(withoutDigest, name.WithDefaultTag("latest"))
	if err != nil {
		return reference{}, fmt.Errorf("parse image reference: %w", err)
	}
	r := reference{registry: tag.RegistryStr(), tag: tag.TagStr(), digest: digest}
	// go-containerregistry calls Docker Hub by the host that serves it; containerd and people by its name.
	if r.registry == name.DefaultRegistry {
		r.registry = "docker.io"
	}
	r.repository = r.registry + "/" + tag.RepositoryStr()
	r.name = r.repository + ":" + r.tag
	if pinned {
		if _, err := name.NewDigest(tag.RepositoryStr() + "@" + digest); err != nil {
			return reference{}, fmt.Errorf("parse image digest: %w", err)
		}
		if !strings.Contains(withoutDigest[strings.LastIndex(withoutDigest, "/")+1:], ":") {
			r.tag, r.name = "", r.repository+"@"+digest
		}
	}
	return r, nil
}

// pull is what is requested from the registry: the digest when one is pinned.
func (r reference) pull() string {
	if r.digest != "" {
		return r.repository + "@" + r.digest
	}
	return r.name
}

// version turns a tag into the version of the Go module behind it: v3.6.12, 3.7.0-0 and v1.37.2 become vX.Y.Z.
func (r reference) version() (string, error) {
	m := regexp.MustCompile(`^v?(\d+\.\d+\.\d+)`).FindStringSubmatch(r.tag)
	if m == nil {
		return "", fmt.Errorf("tag %q names no version like v1.2.3, so the source to build is not known", r.tag)
	}
	return "v" + m[1], nil
}
