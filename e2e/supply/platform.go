package supply

import "runtime"

// targetOS is the system of every image: nodes and pods are Linux, whatever this machine is.
const targetOS = "linux"

// arch is the architecture of every image: the machine's own, so that nothing is emulated.
func arch() string { return runtime.GOARCH }

// linuxOnly reports whether an image can be built on Linux only: a Debian root file system and C libraries are
// made by Debian's own tools. Everything else is cross-compiled.
func linuxOnly(recipes *Recipes, image *Image) bool {
	if image.Base == baseRootfs {
		return true
	}
	for _, b := range image.binaries() {
		if recipes.Sources[b.source].CGO {
			return true
		}
	}
	return false
}
