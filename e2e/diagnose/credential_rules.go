package diagnose

// credentialRules are the rules of the shared credential: the Secret from the outside in, what the provider says of the token, and the
// provider itself. What is read of the objects and asked of the provider goes before what the components said.
func credentialRules() []rule {
	both := []Layer{DNS, Certificate}
	return []rule{
		{code: tokenWrongNamespace, blocks: both, hurts: serves, find: findWrongNamespace},
		{code: tokenSecretMissing, blocks: both, hurts: serves, find: findSecretMissing},
		{code: tokenWrongKey, blocks: both, hurts: serves, find: findWrongKey},
		{code: tokenEmpty, blocks: both, hurts: serves, find: findEmpty},
		{code: tokenNewline, blocks: both, hurts: servesUntrimmed, find: findNewline},
		{code: tokenMalformed, blocks: both, hurts: serves, find: findMalformed},
		{code: tokenIPRestricted, blocks: both, hurts: serves, find: findIPRestricted},
		{code: tokenRevoked, blocks: both, hurts: serves, find: findRevoked},
		{code: tokenNoZoneRead, blocks: both, hurts: serves, find: findNoZoneRead},
		{code: tokenOtherZone, blocks: both, hurts: serves, find: findOtherZone},
		{code: tokenNoDNSEdit, blocks: both, hurts: serves, find: findNoDNSEdit},
		{code: tokenRotated, blocks: []Layer{DNS}, find: findRotated},
		{code: tokenRotated, kind: wait, blocks: []Layer{DNS}, find: findCured},
		{code: zoneNotActive, blocks: both, find: findZoneNotActive},
		{code: quotaShared, blocks: both, find: findQuotaShared},
		{code: providerOutage, blocks: both, find: findOutage},
		{code: providerUnreachable, blocks: both, find: findProviderUnreachable},
		{code: transientMasked, kind: wait, blocks: []Layer{Certificate}, find: findMasked},
	}
}
