// Package image reads what a reference of a container image says: which program it holds, and of which version.
// Names and labels of workloads are free to choose, so images are what the components of the edge are
// recognized by. It must not know a component.
package image

import (
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Is reports whether an image is of a program: the last part of its repository is the program's name, or that
// of a registry's copy of it, as Rancher's "mirrored-library-traefik".
func Is(reference, program string) bool {
	name, _ := parts(reference)
	return name == program || strings.HasPrefix(name, "mirrored-") && strings.HasSuffix(name, "-"+program)
}

// Version is the version in the tag, nil when there is none. What follows its three numbers is left out:
// distributions number their builds there ("0.14.2-debian-12-r0"), so it does not make the version an earlier
// one.
func Version(reference string) *semver.Version {
	_, tag := parts(reference)
	v, err := semver.NewVersion(tag)
	if err != nil {
		return nil
	}
	return semver.New(v.Major(), v.Minor(), v.Patch(), "", "")
}

func parts(reference string) (name, tag string) {
	reference, _, _ = strings.Cut(reference, "@")
	name, tag, _ = strings.Cut(reference[strings.LastIndex(reference, "/")+1:], ":")
	return name, tag
}
