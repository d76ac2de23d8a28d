package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// cgroupRoot is where the kernel's control groups are mounted.
const cgroupRoot = "/sys/fs/cgroup"

// mountStrays mounts as cgroup v1 every controller that is left in the v2 hierarchy of a hybrid layout, and
// returns their names. On such a machine crun (podman's runtime on Debian) refuses every container as long as
// the v2 hierarchy has a controller, and the kernel adds to it each controller that is not mounted as v1. The
// mount point is the one that systemd would use. No container can be using a controller there: crun, for
// example, refuses to.
func mountStrays(root string, mount func(source, target, kind string, flags uintptr, data string) error) ([]string,
	error,
) {
	text, err := os.ReadFile(filepath.Join(root, "unified/cgroup.controllers")) //nolint:gosec // below /sys
	if err != nil {
		return nil, nil //nolint:nilerr // no hybrid layout
	}
	strays := strings.Fields(string(text))
	for _, controller := range strays {
		target := filepath.Join(root, controller)
		err := os.MkdirAll(target, 0o755) //nolint:gosec // a system folder is readable by all
		if err == nil {
			err = mount("cgroup", target, "cgroup", 0, controller)
		}
		if err != nil {
			return nil, fmt.Errorf("mount cgroup controller %s as version 1: %w; podman's crun cannot work beside cgroup v2 "+
				"controllers: use docker (%s=docker) or a machine with one cgroup version", controller, err, EngineVariable)
		}
	}
	return strays, nil
}
