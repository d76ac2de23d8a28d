package cluster

import (
	"bufio"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Host is what matters of the machine on which the engine starts containers.
type Host struct {
	OS         string // as runtime.GOOS
	Root       bool   // this process is root
	Restricted bool   // CAP_SYS_RESOURCE is out of reach: no process started from here can raise a limit
	NoFile     uint64 // hard limit of open files
	NProc      uint64 // hard limit of processes
	Modules    bool   // /lib/modules exists; kind mounts it into every node
	Debian     bool   // Debian, Ubuntu or a relative: apt-get installs
}

// capSysResource is the bit of CAP_SYS_RESOURCE in a capability mask (capabilities(7), linux/capability.h).
const capSysResource = 24

// ReadHost looks at this machine. What cannot be read counts as absent: a machine without /proc is not restricted.
func ReadHost() Host {
	h := readHost("/")
	h.OS, h.Root = runtime.GOOS, os.Geteuid() == 0
	h.NoFile, h.NProc = hardLimit(unix.RLIMIT_NOFILE), hardLimit(unix.RLIMIT_NPROC)
	return h
}

// readHost reads the part of Host that stands in files below root.
func readHost(root string) Host {
	var h Host
	//nolint:gosec // a fixed file below the root
	if status, err := os.ReadFile(filepath.Join(root, "proc/self/status")); err == nil {
		h.Restricted = lacks(string(status), capSysResource)
	}
	if info, err := os.Stat(filepath.Join(root, "lib/modules")); err == nil {
		h.Modules = info.IsDir()
	}
	//nolint:gosec // a fixed file below the root
	if release, err := os.ReadFile(filepath.Join(root, "etc/os-release")); err == nil {
		h.Debian = isDebian(string(release))
	}
	return h
}

// lacks reports whether the bounding set of a /proc/PID/status text is without the capability. A text without the line
// lacks nothing.
func lacks(status string, capability uint) bool {
	for line := range strings.Lines(status) {
		value, ok := strings.CutPrefix(line, "CapBnd:")
		if !ok {
			continue
		}
		mask, err := strconv.ParseUint(strings.TrimSpace(value), 16, 64)
		return err == nil && mask&(1<<capability) == 0
	}
	return false
}

// isDebian reads os-release(5): the system itself or one that it is like.
func isDebian(release string) bool {
	lines := bufio.NewScanner(strings.NewReader(release))
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		if key != "ID" && key != "ID_LIKE" {
			continue
		}
		names := strings.Fields(strings.Trim(value, `"'`))
		if slices.Contains(names, "debian") || slices.Contains(names, "ubuntu") {
			return true
		}
	}
	return false
}

// hardLimit gives the hard limit of a resource, or 0 when it cannot be read.
func hardLimit(resource int) uint64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(resource, &limit); err != nil {
		return 0
	}
	return limit.Max
}
