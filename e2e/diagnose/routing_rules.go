package diagnose

// routingRules are the rules of the routing layer: whether an Ingress takes up the host, whether Traefik takes up the Ingress, where it
// leads to, on which entry points and with which certificate, and the address that it reports.
func routingRules() []rule {
	dns := []Layer{DNS}
	return []rule{
		{code: hostMismatch, blocks: []Layer{DNS, Certificate}, find: findHostMismatch},
		{code: tlsHostNotInRules, blocks: []Layer{Certificate}, find: findTLSHosts},
		{code: noTLSBlock, traefik: true, blocks: []Layer{Certificate}, find: findNoTLSBlock},
		{code: traefikDown, traefik: true, blocks: dns, find: findTraefikDown},
		{code: traefikBlind, traefik: true, blocks: dns, find: findTraefikBlind},
		{code: ingressNoClass, traefik: true, blocks: dns, find: findNoClass},
		{code: ingressWrongClass, traefik: true, blocks: dns, find: findWrongClass},
		{code: classMissing, blocks: dns, find: findClassMissing},
		{code: ingressStatusEmpty, traefik: true, kind: wait, blocks: dns, find: findStatusPending},
		{code: ingressStatusEmpty, traefik: true, blocks: dns, find: findStatusEmpty},
		{code: staleIngressStatus, traefik: true, blocks: dns, find: findStatusStale},
		{code: staleIngressStatus, traefik: true, find: findAddressStale},
		{code: backendMissing, find: findServiceMissing},
		{code: backendPortWrong, find: findPortWrong},
		{code: backendNoEndpoints, find: findNoEndpoints},
		{code: backendRefused, find: findRefused},
		{code: entryPointMissing, traefik: true, find: findEntryPointMissing},
		{code: https404, traefik: true, find: findHTTPSOnly404},
		{code: http404, traefik: true, find: findHTTPFails},
		{code: misdirected, traefik: true, find: findMisdirected},
		{code: starves, traefik: true, find: findStarved},
		{code: starves, traefik: true, kind: note, find: findAwaited},
		{code: staleServed, traefik: true, kind: symptom, find: findStale},
		{code: application, find: findApplication},
		{code: application, kind: note, find: findOwnAnswer},
		{code: anotherController, kind: note, find: findForeign},
	}
}
