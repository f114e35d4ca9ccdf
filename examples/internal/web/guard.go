package web

import (
	"net"
	"net/http"
	"net/netip"
)

// Guard keeps web pages from using a service that asks nobody who they are. Browsers
// run what other sites send them, on the machine that the service is on:
//
//   - a page of another origin may not send anything but reading requests (403), see
//     http.CrossOriginProtection;
//   - what arrives at a loopback address must be addressed to one, by its number or as
//     localhost (421); else a site could let its own name point to 127.0.0.1, and be
//     of the same origin.
func Guard(next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		(&Problem{Status: http.StatusForbidden, Detail: "the request comes from a page of another site"}).Write(w)
	}))
	next = origins.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if arrivedAtLoopback(r) && !isLoopback(r.Host) {
			(&Problem{Status: http.StatusMisdirectedRequest, Detail: "this service is localhost to its clients"}).Write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func arrivedAtLoopback(r *http.Request) bool {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && isLoopback(addr.String())
}

// isLoopback judges a host with or without a port.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	} else if n := len(host); n > 2 && host[0] == '[' && host[n-1] == ']' {
		host = host[1 : n-1]
	}
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}
