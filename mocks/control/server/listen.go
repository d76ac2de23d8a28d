package server

import (
	"fmt"
	"net"
	"net/netip"
)

// CheckAddress refuses to open the control API, which has no passwords, to the network: it takes loopback and
// podAddress, the address that the downward API gives a pod, and others only with anywhere.
func CheckAddress(address, podAddress string, anywhere bool) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("control address %q: %w: give host:port, such as 127.0.0.1:8081", address, err)
	}
	if anywhere || host == "localhost" {
		return nil
	}
	ip, err := netip.ParseAddr(host)
	if host != "" && err != nil {
		return fmt.Errorf("control address %q: give an IP address and a port", address)
	}
	if ip.IsValid() {
		if ip.IsLoopback() {
			return nil
		}
		if pod, err := netip.ParseAddr(podAddress); err == nil && pod == ip {
			return nil
		}
	}
	return fmt.Errorf("control address %q is neither loopback nor this pod's: whoever reaches it may change everything; "+
		"listen on 127.0.0.1, or set POD_IP by the downward API and listen on that, or give --control-anywhere", address)
}
