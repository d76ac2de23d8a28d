package faultinjection

import (
	"net/netip"
	"strings"
)

// glob reports whether text fits a pattern in which "*" stands for anything; an empty pattern fits all.
func glob(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return true
}

// from reports whether an address is the one, or in the prefix, that is wanted.
func from(want, client string) bool {
	if want == "" || want == client {
		return true
	}
	prefix, err := netip.ParsePrefix(want)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(client)
	return err == nil && prefix.Contains(addr.Unmap())
}
