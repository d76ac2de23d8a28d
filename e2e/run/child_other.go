//go:build !linux

package run

import "syscall"

// ownGroup puts a child in a process group of its own. Only Linux can end it with this process.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
