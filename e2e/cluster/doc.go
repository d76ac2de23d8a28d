// Package cluster makes, finds again and removes the kind cluster of a run. It knows container engines, kind
// and the machine it runs on; it knows nothing of what is installed in the cluster.
//
// # Whose cluster is it
//
// Every node container that this package makes carries a bind mount at [MarkerPath], given to the engine in the
// same command that creates the container. So there is no moment at which a container of ours is without it,
// and it is read from the engine (`inspect`), so it outlives a dead cluster, a stopped machine and the
// cluster's own API. The mount's source is a folder in the work folder of the run, and names the work folder
// that made the cluster. Before anything is removed every container is looked at again:
//
//   - marked by this work folder: ours;
//   - marked by a work folder that no longer exists: an orphan of ours, which no other run can be using;
//   - marked by another work folder, or not marked at all: refused, with the remedy.
//
// # What a killed run leaves
//
// A run may be killed at any point. The record in the marked folder says "creating" until the cluster is known
// to be good, the kubeconfig and the record are replaced in one rename, the lock is a flock that dies with its
// holder, and kind writes its own kubeconfig (whose lock file would outlive a kill) only to a scratch folder
// that the next run empties. A cluster that is not known to be good is removed and created again.
package cluster
