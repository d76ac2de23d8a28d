package cloudflare

import (
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// Limit is the rate limit of one user over dashboard, keys and tokens together, and that of one client address.
// Exceeding the user's blocks the user for a whole window [DOC
// developers.cloudflare.com/fundamentals/api/reference/limits]. Of the address's only the figure is known: that it
// frees itself with the next second, and its words, are not.
type Limit struct {
	Requests  int           // of a user in a window; 0 never limits
	Window    time.Duration // 5 minutes when zero
	PerSecond int           // of an address, whoever asks; 0 never limits
}

// DefaultLimit is Cloudflare's: 1200 requests of a user in 5 minutes, 200 of an address in a second.
func DefaultLimit() Limit { return Limit{Requests: 1200, Window: 5 * time.Minute, PerSecond: 200} }

const maxLimited = 10_000 // users and addresses counted at once; more start a new count

type usage struct {
	count   int
	began   time.Time
	blocked time.Time // until
}

// of finds what a key has used, and makes room for it.
func of[K comparable](counts map[K]*usage, key K, now time.Time) *usage {
	u := counts[key]
	if u == nil {
		if len(counts) >= maxLimited {
			clear(counts)
		}
		u = &usage{began: now}
		counts[key] = u
	}
	return u
}

type limiter struct {
	mu        sync.Mutex
	limit     Limit
	users     map[api.ID]*usage
	addresses map[netip.Addr]*usage
}

func (l *limiter) set(limit Limit) {
	if limit.Window <= 0 {
		limit.Window = DefaultLimit().Window
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.limit, l.users, l.addresses = limit, map[api.ID]*usage{}, map[netip.Addr]*usage{}
}

// take counts one request of a user. wait is 0 when it may pass.
func (l *limiter) take(user api.ID, now time.Time) (limit Limit, left int, reset, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit = l.limit
	if limit.Requests <= 0 {
		return limit, 0, 0, 0
	}
	u := of(l.users, user, now)
	if now.Before(u.blocked) {
		return limit, 0, u.blocked.Sub(now), u.blocked.Sub(now)
	}
	if now.Sub(u.began) >= limit.Window || !u.blocked.IsZero() {
		*u = usage{began: now}
	}
	u.count++
	if u.count > limit.Requests {
		u.blocked = now.Add(limit.Window)
		return limit, 0, limit.Window, limit.Window
	}
	return limit, limit.Requests - u.count, limit.Window - now.Sub(u.began), 0
}

// takeAddress counts one request of an address; over answers the limit that it exceeds, 0 when it may pass.
func (l *limiter) takeAddress(client netip.Addr, now time.Time) (over int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limit.PerSecond <= 0 {
		return 0
	}
	u := of(l.addresses, client, now)
	if now.Sub(u.began) >= time.Second {
		*u = usage{began: now}
	}
	u.count++
	if u.count > l.limit.PerSecond {
		return l.limit.PerSecond
	}
	return 0
}

// limitAddress refuses a request of an address that has made too many, whoever it says it is.
func (x *exchange) limitAddress() error {
	over := x.limiter.takeAddress(x.client, x.began)
	if over == 0 {
		return nil
	}
	return x.refuseRate(zone.Unverified, over, time.Second, time.Second)
}

// limit counts a user's request, reports the remaining quota in the headers, and refuses a request beyond it.
func (x *exchange) limit() error {
	limit, left, reset, wait := x.limiter.take(x.caller.owner(), x.began)
	if limit.Requests <= 0 {
		return nil // commonHeaders has set the headers of an untouched quota
	}
	if wait == 0 {
		x.rateHeaders(limit.Requests, left, limit.Window, reset)
		return nil
	}
	return x.refuseRate(zone.Reported, limit.Requests, limit.Window, wait)
}

func (x *exchange) refuseRate(evidence zone.Evidence, requests int, window, wait time.Duration) error {
	x.rateHeaders(requests, 0, window, wait)
	x.w.Header()["Retry-After"] = []string{seconds(wait)}
	return gatewayRefusal(
		http.StatusTooManyRequests,
		codeRate,
		evidence,
		"More than %d requests per %s seconds reached. Please wait and consider throttling your request speed",
		requests,
		seconds(window),
	)
}

// rateHeaders are those of draft-ietf-httpapi-ratelimit-headers that Cloudflare sends since September 2025.
func (x *exchange) rateHeaders(requests, left int, window, reset time.Duration) {
	h := x.w.Header()
	h["Ratelimit"] = []string{`"default";r=` + strconv.Itoa(left) + `;t=` + seconds(reset)}
	h["Ratelimit-Policy"] = []string{`"default";q=` + strconv.Itoa(requests) + `;w=` + seconds(window)}
}

// seconds rounds up: a client that waits for that long must not come too early.
func seconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}
