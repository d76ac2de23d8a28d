package await

import (
	"fmt"
	"time"
)

// Budget is a named amount of time that one kind of event may take.
type Budget struct {
	Name       string        // short, as the report prints it
	Timeout    time.Duration // after it the wait is given up
	Interval   time.Duration // between two looks
	FixedDelay time.Duration // the part that a component's own fixed delays make unavoidable; 0 if none
	Why        string        // where Timeout and FixedDelay come from
	Pace       Pacer         // how slow the machine is at the moment; nil counts time as the clock does
}

// Pacer says how many times slower than usual the machine is at the moment, at least 1.
type Pacer interface{ Factor() float64 }

// Validate refuses a budget that cannot be used: no name, no time, an interval that never comes round, no reason.
func (b Budget) Validate() error {
	switch {
	case b.Name == "":
		return fmt.Errorf("budget without a name")
	case b.Timeout <= 0:
		return fmt.Errorf("budget %q: timeout %s is not positive", b.Name, b.Timeout)
	case b.Interval <= 0 || b.Interval > b.Timeout:
		return fmt.Errorf("budget %q: interval %s is not within (0, %s]", b.Name, b.Interval, b.Timeout)
	case b.FixedDelay < 0 || b.FixedDelay >= b.Timeout:
		return fmt.Errorf("budget %q: fixed delay %s leaves no room in %s", b.Name, b.FixedDelay, b.Timeout)
	case b.Why == "":
		return fmt.Errorf("budget %q: without a reason", b.Name)
	}
	return nil
}

// Scaled returns the budget with its timeout multiplied, for a slow machine. FixedDelay and interval stay: a
// component's fixed delay does not grow with the machine.
func (b Budget) Scaled(factor float64) Budget {
	b.Timeout = time.Duration(float64(b.Timeout) * factor)
	return b
}

// Budgets holds every wait of the suite, so that no spec has a literal duration. A slow machine is met by scaling the
// table, not by editing specs.
type Budgets struct {
	ClusterReady      Budget // an API server answers and the node is Ready
	InternetReady     Budget // the fake internet's pod answers on its control port
	WorkloadReady     Budget // a Deployment of the platform or the bundle is available
	NamesServed       Budget // the cluster's DNS hands out the fake internet's answers
	WebhookReady      Budget // cert-manager's webhook accepts an object
	ObjectApplied     Budget // one server-side apply is accepted
	Delivered         Budget // a GitOps engine has reconciled a bundle
	IssuerReady       Budget // a ClusterIssuer is Ready
	CertificateIssued Budget // a Certificate is Ready and its Secret exists
	RecordWritten     Budget // external-dns has written a record to the provider
	RecordRemoved     Budget // external-dns has withdrawn a record
	RouteHealthy      Budget // a host answers the external client over HTTPS; record and certificate exist
	FaultVisible      Budget // a fault that needs no sync and no issuance shows in the facts
	SyncFaultVisible  Budget // a fault shows that only the next sync of external-dns reveals
	IssueFaultVisible Budget // a fault shows that only an ACME challenge reveals
	Recovered         Budget // after the remedy everything that must be green is green
	NamespaceGone     Budget // a namespace with all that is in it is deleted
	LogsCollected     Budget // logs of the node are exported
}

// Delays that the components under test impose and no budget can shorten.
const (
	// ChallengeDelay is the fixed sleep of cert-manager's ACME solver after the DNS-01 self-check has succeeded.
	ChallengeDelay = 60 * time.Second
	// SyncInterval is external-dns's interval between two reconciliations as its chart ships it.
	SyncInterval = time.Minute
)

// Default is the table for a machine of two cores with the images at hand.
func Default() Budgets {
	const s, m = time.Second, time.Minute
	budget := func(name string, timeout, interval, fixed time.Duration, why string) Budget {
		return Budget{Name: name, Timeout: timeout, Interval: interval, FixedDelay: fixed, Why: why}
	}
	return Budgets{
		ClusterReady: budget("cluster ready", 4*m, s, 0, "12-16 s measured on 2 cores; a busy CI machine takes a minute "+
			"or two"),
		InternetReady: budget("fake internet ready", 90*s, s/2, 0, "starts in 0.2 s; the rest is scheduling, and loading "+
			"its image when it is not in the node image"),
		WorkloadReady: budget("workload ready", 3*m, s/4, 0, "images are on the node; Traefik and cert-manager start in "+
			"5-15 s, several at once on 2 cores in 40 s"),
		NamesServed: budget("names served", m, s/2, 0, "CoreDNS reloads its Corefile within 30 s plus jitter of 15 s "+
			"when it is not restarted"),
		WebhookReady: budget("webhook ready", 90*s, s/2, 0, "accepts about 8 s after its pods start: the CA bundle must "+
			"be injected first"),
		ObjectApplied: budget("object applied", 45*s, s, 0,
			"an apply is retried while a webhook or a CRD is still settling"),
		Delivered: budget("delivered", 6*m, s/2, 0, "a Kustomization gives its health checks 5 min before it says that "+
			"they failed"),
		IssuerReady: budget("issuer ready", 90*s, s/4, 0, "1 s once the webhook accepts; a failed registration is "+
			"retried after 5 s and then backs off"),
		CertificateIssued: budget(
			"certificate issued", 4*m, s, ChallengeDelay,
			"cert-manager sleeps 60 s after the self-check; 62-75 s measured; five at once, so a sixth waits for a free worker",
		),
		RecordWritten: budget("record written", 150*s, s, SyncInterval, "external-dns syncs once a minute; one sync "+
			"may just have been missed or have failed"),
		RecordRemoved: budget("record removed", 150*s, s, SyncInterval, "as for writing: the next sync, or the one after"),
		RouteHealthy: budget("route healthy", 30*s, s/2, 0, "Traefik takes a new Secret up within its 2 s throttle; "+
			"the DNS answer is immediate"),
		FaultVisible: budget("fault visible", 45*s, s, 0, "the API server reports at once; controllers write "+
			"conditions and events within seconds"),
		SyncFaultVisible: budget("fault visible after a sync", 150*s, s, SyncInterval,
			"the next sync of external-dns, or the one after"),
		IssueFaultVisible: budget("fault visible in issuance", 3*m, s, ChallengeDelay, "some refusals come before the 60 s "+
			"sleep, an answer of the CA only after it"),
		Recovered: budget(
			"recovered", 6*m, s, ChallengeDelay+SyncInterval,
			"the worst remedy needs a sync, then an issuance; cert-manager's own retry may add its first back-off",
		),
		NamespaceGone: budget("namespace gone", 2*m, s, 0, "pods have 30 s to end; finalizers of orders and challenges "+
			"follow"),
		LogsCollected: budget("logs collected", m, s, 0, "a tar of /var/log and some journal queries"),
	}
}

// All lists the table in the order of a run, for printing and for checking.
func (b Budgets) All() []Budget {
	return []Budget{
		b.ClusterReady, b.InternetReady, b.WorkloadReady, b.NamesServed, b.WebhookReady, b.ObjectApplied, b.Delivered,
		b.IssuerReady,
		b.CertificateIssued, b.RecordWritten, b.RecordRemoved, b.RouteHealthy, b.FaultVisible, b.SyncFaultVisible,
		b.IssueFaultVisible, b.Recovered, b.NamespaceGone, b.LogsCollected,
	}
}

// Scaled returns the whole table with every timeout multiplied. A factor below 1 is refused: it would make a budget
// shorter than what the components impose.
func (b Budgets) Scaled(factor float64) (Budgets, error) {
	if factor < 1 {
		return b, fmt.Errorf("scale budgets by %g: a factor below 1 cannot hold; give 1 or more", factor)
	}
	for _, p := range b.each() {
		*p = p.Scaled(factor)
	}
	return b, nil
}

// Paced returns the whole table with a measure of the machine: while it is slow, time counts less.
func (b Budgets) Paced(p Pacer) Budgets {
	for _, budget := range b.each() {
		budget.Pace = p
	}
	return b
}

func (b *Budgets) each() []*Budget {
	return []*Budget{
		&b.ClusterReady, &b.InternetReady, &b.WorkloadReady, &b.NamesServed, &b.WebhookReady, &b.ObjectApplied, &b.Delivered,
		&b.IssuerReady,
		&b.CertificateIssued, &b.RecordWritten, &b.RecordRemoved, &b.RouteHealthy, &b.FaultVisible, &b.SyncFaultVisible,
		&b.IssueFaultVisible, &b.Recovered, &b.NamespaceGone, &b.LogsCollected,
	}
}
