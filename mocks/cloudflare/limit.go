package cloudflare

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// Limit is the rate limit of one user over dashboard, keys and tokens together. Exceeding it blocks the user
// for a whole window [DOC developers.cloudflare.com/fundamentals/api/reference/limits].
type Limit struct {
	Requests int           // 0 never limits
	Window   time.Duration // 5 minutes when zero
}

// DefaultLimit is Cloudflare's: 1200 requests in 5 minutes.
func DefaultLimit() Limit { return Limit{Requests: 1200, Window: 5 * time.Minute} }

const maxLimited = 10_000 // users counted at once; more start the count anew

type usage struct {
	count   int
	began   time.Time
	blocked time.Time // until
}

type limiter struct {
	mu    sync.Mutex
	limit Limit
	users map[zone.ID]*usage
}

func (l *limiter) set(limit Limit) {
	if limit.Window <= 0 {
		limit.Window = DefaultLimit().Window
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.limit, l.users = limit, map[zone.ID]*usage{}
}

// take counts one request. wait is 0 when it may pass.
func (l *limiter) take(user zone.ID, now time.Time) (limit Limit, left int, reset, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit = l.limit
	if limit.Requests <= 0 {
		return limit, 0, 0, 0
	}
	u := l.users[user]
	if u == nil {
		if len(l.users) >= maxLimited {
			clear(l.users)
		}
		u = &usage{began: now}
		l.users[user] = u
	}
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

// limit counts the request, sets the headers of draft-ietf-httpapi-ratelimit-headers that Cloudflare sends
// since September 2025, and refuses when it must.
func (x *exchange) limit() error {
	limit, left, reset, wait := x.limiter.take(x.caller.owner(), x.began)
	if limit.Requests <= 0 {
		return nil // commonHeaders has set the headers of an untouched quota
	}
	h := x.w.Header()
	h["Ratelimit"] = []string{`"default";r=` + strconv.Itoa(left) + `;t=` + seconds(reset)}
	h["Ratelimit-Policy"] = []string{`"default";q=` + strconv.Itoa(limit.Requests) + `;w=` + seconds(limit.Window)}
	if wait == 0 {
		return nil
	}
	h["Retry-After"] = []string{seconds(wait)}
	return gatewayRefusal(http.StatusTooManyRequests, codeRate, zone.Reported,
		"More than %d requests per %s seconds reached. Please wait and consider throttling your request speed",
		limit.Requests, seconds(limit.Window))
}

// seconds rounds up: a client that waits as told must not come too early.
func seconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}
