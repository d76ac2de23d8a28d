// Package scripts holds those scripts that the program itself runs.
package scripts

import _ "embed" // for the script

//go:embed rootfs.sh
var rootfs string

// Rootfs makes the Debian root file system of images: its argument is the archive to write.
func Rootfs() string { return rootfs }
