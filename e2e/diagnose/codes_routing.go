package diagnose

// The codes of the routing layer.
const (
	hostMismatch       Code = "host-mismatch-raw-ip-works"
	tlsHostNotInRules  Code = "tls-host-not-in-rules"
	noTLSBlock         Code = "no-tls-block"
	traefikDown        Code = "traefik-down"
	traefikBlind       Code = "traefik-rbac-or-namespace"
	ingressNoClass     Code = "ingress-no-class"
	ingressWrongClass  Code = "ingress-wrong-class"
	classMissing       Code = "ingress-class-object-missing"
	ingressStatusEmpty Code = "ingress-status-empty"
	staleIngressStatus Code = "stale-ingress-status"
	backendMissing     Code = "backend-service-missing"
	backendPortWrong   Code = "backend-port-wrong"
	backendNoEndpoints Code = "backend-no-endpoints"
	backendRefused     Code = "backend-refused-502"
	entryPointMissing  Code = "entrypoint-missing"
	https404           Code = "https-404-http-ok"
	http404            Code = "http-404-https-ok"
	misdirected        Code = "misdirected-421"
	starves            Code = "traefik-secret-missing-starves"
	staleServed        Code = "stale-cert-served"
	application        Code = "app-404-vs-traefik-404"
	anotherController  Code = "ingress-of-another-controller"
)

func routingCodes() []Entry {
	return []Entry{
		{
			hostMismatch, Routing, "no Ingress has a rule for the host, so only other hosts, or the raw address, answer",
			"no rule of any Ingress fits the host; one may differ by a letter", "add a rule for the host, or ask for another one",
		},
		{
			tlsHostNotInRules, Routing, "the rules and the TLS blocks of an Ingress name different hosts",
			"the host is in one of the two lists only", "name the host in both lists",
		},
		{
			noTLSBlock, Routing, "the Ingress has no TLS block: Traefik shows its self-signed certificate, and cert-manager has nothing to do",
			"spec.tls is empty, and no other Ingress has the host in a TLS block; the certificate is Traefik's default", "add a TLS block with the host and a Secret",
		},
		{
			traefikDown, Routing, "no pod of the ingress controller is ready", "the Deployment of Traefik has no available replica", "make its pods ready",
		},
		{
			traefikBlind, Routing, "Traefik does not see the Ingress: it watches other namespaces, or lacks a right",
			"--providers.kubernetesingress.namespaces leaves the namespace out, or its log says \"is forbidden\"", "extend the flag, or the ClusterRole and its binding",
		},
		{
			ingressNoClass, Routing, "the Ingress names no class, and Traefik takes up only its own; a default class counts when an Ingress is made, not later",
			"no spec.ingressClassName, and Traefik has a class filter or the Ingress has no address and answers 404", "set spec.ingressClassName",
		},
		{
			ingressWrongClass, Routing, "the Ingress is of the class of another controller",
			"the IngressClass has another spec.controller, or Traefik's class filter another value", "set spec.ingressClassName to Traefik's class",
		},
		{
			classMissing, Routing, "the Ingress is of a class that does not exist; the API server does not check it",
			"no IngressClass has the name", "set spec.ingressClassName to Traefik's class, or create the class",
		},
		{
			ingressStatusEmpty, Routing, "the Ingress reports no address, so external-dns publishes nothing and deletes what it had; seen as a fault of DNS, it is one of routing",
			"status.loadBalancer is empty; the cause is named where it is seen: no published Service, or one without an address",
			"tell Traefik which Service to publish, or give that Service an address; a new Ingress waits for a moment",
		},
		{
			staleIngressStatus, Routing, "the Ingress reports an address that the ingress controller no longer has, and DNS follows it faithfully",
			"status.loadBalancer differs from the address of Traefik's Service", "restart or repair Traefik, which then writes the status",
		},
		{
			backendMissing, Routing, "the Ingress leads to a Service that does not exist in its namespace", "no such Service", "create the Service or name another",
		},
		{
			backendPortWrong, Routing, "the Ingress leads to a port that the Service does not have", "no port of the Service has the number or name", "name one of the Service's ports",
		},
		{
			backendNoEndpoints, Routing, "the Service has no ready endpoint: its pods are not there, not ready, or not selected",
			"no endpoint of its EndpointSlices is ready; the answer is 404 or 503, as Traefik is set up", "make the pods ready, or correct the selector",
		},
		{
			backendRefused, Routing, "the endpoints are said to be ready and take no connection", "502 or 504 that Traefik answers itself, with ready endpoints",
			"let the application listen on the target port on all addresses; look for a NetworkPolicy",
		},
		{
			entryPointMissing, Routing, "the Ingress is bound to an entry point that Traefik does not have", "the annotation router.entrypoints names one that no flag of Traefik defines",
			"name web and websecure, or remove the annotation",
		},
		{
			https404, Routing, "plain HTTP answers and HTTPS gives 404 with the right certificate: a TLS block loads certificates and makes no router listen",
			"no entry point that the route is bound to speaks TLS", "remove the annotation router.entrypoints, or add websecure",
		},
		{
			http404, Routing, "HTTPS answers and plain HTTP gives 404, or the route redirects to itself",
			"200 over HTTPS with 404 over HTTP, or a redirect whose Location is what was asked for",
			"remove the annotation router.tls; behind Cloudflare's proxy set the SSL mode to Full (strict)",
		},
		{
			misdirected, Routing, "the connection was made for a host with other TLS options", "status 421", "use one TLSOption for hosts that share a certificate",
		},
		{
			starves, Routing, "Traefik stops at the first TLS block whose Secret is missing, and does not load the certificates of later ones",
			"an earlier TLS block names a Secret that does not exist, and the host's own Secret is good; while a first certificate is issued the log line alone is normal",
			"cure the certificate of the other host, or take its TLS block out until it is there",
		},
		{
			staleServed, Routing, "Traefik serves another certificate than the Secret holds", "the served fingerprint differs from the Secret's, does not verify, and the Secret's is good",
			"restart Traefik; see whether it reaches the API server",
		},
		{
			application, Routing, "the route is in order, and the application behind it fails",
			"a 404 or 5xx whose body is not Traefik's, or that Traefik's access log gives to the application", "look at the application",
		},
		{
			anotherController, Routing, "the Ingress is served by another ingress controller, of which only the answers are judged; no fault",
			"its class is not Traefik's, and the address that it reports is not Traefik's either", "nothing; look at that controller when the route fails",
		},
	}
}
