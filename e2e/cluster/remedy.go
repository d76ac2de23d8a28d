package cluster

import "fmt"

// remedy is how to make an engine answer, on a machine with this operating system and with this choice of an engine.
func remedy(os, choice string) string {
	switch {
	case choice != "" && os == "linux":
		return fmt.Sprintf("start it, or unset %s so that the others are tried", EngineVariable)
	case os == "linux":
		return "start one, or install podman (Debian, Ubuntu: apt-get install -y --no-install-recommends podman)"
	}
	return "start one that runs Linux containers in a virtual machine with 2 CPUs and 8 GB (Docker Desktop, Colima, " +
		"Rancher Desktop, " +
		"or `podman machine init --cpus 2 --memory 8192 --rootful && podman machine start`); explain, gate verify and " +
		"report need none"
}

// otherSystem is printed before a run on a system other than Linux; on Linux it is empty.
func otherSystem(os string) string {
	if os == "linux" {
		return ""
	}
	return os + ": the cluster runs in the engine's Linux virtual machine; its node image is pulled, because it can be " +
		"built on Linux only"
}
