package traefik

import (
	"strconv"
	"strings"
)

// On reports whether a section of the configuration is switched on: by its own name, or by a setting within it.
func (c Config) On(section string) bool { return c.on(strings.ToLower(section)) }

// Ports are the ports that the entry points listen on, by name: ":8443/tcp" is 8443.
func (c Config) Ports() map[string]int32 {
	out := map[string]int32{}
	for name := range c.EntryPoints() {
		address, _, _ := strings.Cut(c.Value("entrypoints."+name+".address"), "/")
		if port, err := strconv.ParseInt(address[strings.LastIndex(address, ":")+1:], 10, 32); err == nil {
			out[name] = int32(port)
		}
	}
	return out
}
