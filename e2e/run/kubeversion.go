package run

// KubeVersion is what charts see as the version of the cluster, for those who render without one.
func KubeVersion() string { return kubeVersion }
