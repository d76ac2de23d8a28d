package diagnose

// routingRules are the rules of the routing layer: whether an Ingress takes up the host, whether Traefik takes up the Ingress, where it
// leads to, on which entry points and with which certificate, and the address that it reports.
func routingRules() []rule {
	dns := []Layer{DNS}
	return []rule{
		{code: hostMismatch, blocks: []Layer{DNS, Certificate}, find: findHostMismatch},
		{code: tlsHostNotInRules, blocks: []Layer{Certificate}, find: findTLSHosts},
		{code: noTLSBlock, blocks: []Layer{Certificate}, find: findNoTLSBlock},
		{code: traefikDown, blocks: dns, find: findTraefikDown},
		{code: traefikBlind, blocks: dns, find: findTraefikBlind},
		{code: ingressNoClass, blocks: dns, find: findNoClass},
		{code: ingressWrongClass, blocks: dns, find: findWrongClass},
		{code: classMissing, blocks: dns, find: findClassMissing},
		{code: ingressStatusEmpty, kind: wait, blocks: dns, find: findStatusPending},
		{code: ingressStatusEmpty, blocks: dns, find: findStatusEmpty},
		{code: staleIngressStatus, blocks: dns, find: findStatusStale},
		{code: staleIngressStatus, find: findAddressStale},
		{code: backendMissing, find: findServiceMissing},
		{code: backendPortWrong, find: findPortWrong},
		{code: backendNoEndpoints, find: findNoEndpoints},
		{code: backendRefused, find: findRefused},
		{code: entryPointMissing, find: findEntryPointMissing},
		{code: https404, find: findHTTPSOnly404},
		{code: http404, find: findHTTPFails},
		{code: misdirected, find: findMisdirected},
		{code: starves, find: findStarved},
		{code: starves, kind: note, find: findAwaited},
		{code: staleServed, kind: symptom, find: findStale},
		{code: application, find: findApplication},
	}
}
