package cluster

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// live lists the nodes: one request shows whether the API answers, whether the node is ready and from which
// inputs it was made.
func (b *kindBackend) live(ctx context.Context, kubeconfig []byte) life {
	config, err := clientcmd.RESTConfigFromKubeConfig(kubeconfig)
	if err != nil {
		return life{Seen: fmt.Sprintf("kubeconfig: %v", err)}
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return life{Seen: fmt.Sprintf("kubeconfig: %v", err)}
	}
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return life{Seen: err.Error()}
	}
	return lifeOf(nodes.Items)
}

// lifeOf reads the one node.
func lifeOf(nodes []corev1.Node) life {
	if len(nodes) != 1 {
		return life{Answers: true, Seen: fmt.Sprintf("%d nodes instead of one", len(nodes))}
	}
	l := life{Answers: true, Inputs: nodes[0].Labels[InputsLabel], Seen: "node has no Ready condition"}
	for _, c := range nodes[0].Status.Conditions {
		if c.Type == corev1.NodeReady {
			l.Ready = c.Status == corev1.ConditionTrue
			l.Seen = fmt.Sprintf("Ready=%s %s: %s", c.Status, c.Reason, c.Message)
		}
	}
	return l
}

// restConfig reads one kubeconfig file and nothing else: no environment, no home folder. The suite watches one small
// cluster that no one else uses, so client-go's own throttling would only add to the times it measures.
func restConfig(file string) (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", file)
	if err != nil {
		return nil, fmt.Errorf("read kubeconfig %s: %w", file, err)
	}
	config.QPS, config.Burst = 200, 400
	config.UserAgent = "edgeproof"
	return config, nil
}
