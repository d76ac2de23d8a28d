package cluster

import (
	"fmt"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/yaml"
)

// PodSubnet is the range of pod addresses; the one node gets its first /24, which the built node image's network
// configuration names too.
const PodSubnet = "10.244.0.0/16"

// ServiceSubnet is the range of Service addresses. The fake internet's fixed address is chosen from it.
const ServiceSubnet = "10.96.0.0/16"

// controlPlanePatch suits a single node that is thrown away after the run. No promise of the bundle rests on either
// setting:
//   - one replica needs no leader election, and a lease that is renewed late on a busy machine would restart the
//     controller manager in the middle of a wait;
//   - etcd need not survive a power cut: a stopped machine's cluster is replaced in any case.
const controlPlanePatch = `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
controllerManager:
  extraArgs:
  - name: leader-elect
    value: "false"
scheduler:
  extraArgs:
  - name: leader-elect
    value: "false"
etcd:
  local:
    extraArgs:
    - name: unsafe-no-fsync
      value: "true"
`

// restrictedPatch lets the kubelet run where it may not set kernel parameters or raise limits.
const restrictedPatch = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
featureGates:
  KubeletInUserNamespace: true
`

// cgroupV1Patch lets the kubelet start on cgroup v1, which it refuses from Kubernetes 1.35 on.
const cgroupV1Patch = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
`

// kindConfig gives the one description of the cluster. Kubernetes' own defaults are kept wherever the machine allows
// it: what is promoted after the run meets them too.
func kindConfig(c Config, inputs string) *v1alpha4.Cluster {
	node := v1alpha4.Node{
		Role:  v1alpha4.ControlPlaneRole,
		Image: c.NodeImage,
		ExtraMounts: []v1alpha4.Mount{
			{HostPath: c.markerDir(), ContainerPath: MarkerPath, Readonly: true},
		},
	}
	if inputs != "" {
		node.Labels = map[string]string{InputsLabel: inputs}
	}
	patches := []string{controlPlanePatch}
	if c.Host.Restricted {
		patches = append(patches, restrictedPatch)
	}
	if c.Engine.CgroupV1 {
		patches = append(patches, cgroupV1Patch)
	}
	return &v1alpha4.Cluster{
		TypeMeta: v1alpha4.TypeMeta{APIVersion: "kind.x-k8s.io/v1alpha4", Kind: "Cluster"},
		Name:     c.Name,
		Nodes:    []v1alpha4.Node{node},
		Networking: v1alpha4.Networking{
			IPFamily:          v1alpha4.IPv4Family,
			APIServerAddress:  "127.0.0.1", // port 0: a free one, so that clusters do not collide
			PodSubnet:         PodSubnet,
			ServiceSubnet:     ServiceSubnet,
			DisableDefaultCNI: c.built(),
		},
		KubeadmConfigPatches: patches,
		FeatureGates:         c.Kubernetes.FeatureGates,
		RuntimeConfig:        c.Kubernetes.RuntimeConfig,
	}
}

// renderKind writes the description as kind's own configuration file.
func renderKind(cluster *v1alpha4.Cluster) ([]byte, error) {
	text, err := yaml.Marshal(cluster)
	if err != nil {
		return nil, fmt.Errorf("render kind's configuration of %s: %w", cluster.Name, err)
	}
	return text, nil
}
