package cluster

import "golang.org/x/sys/unix"

// mount mounts a file system on this machine.
func mount(source, target, kind string, flags uintptr, data string) error {
	return unix.Mount(source, target, kind, flags, data)
}
