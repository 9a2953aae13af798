/** What `cluster-dns` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'cluster-dns-fails': {
    title: 'cluster DNS does not answer',
    means:
      'Names of services do not resolve in this pod. With KUBERNETES_SERVICE_HOST (an IP) the apiserver is still reached; what goes by name is not.',
    happens:
      "CoreDNS is down or without endpoints, a NetworkPolicy forbids port 53, or the node's service routing is broken (then the service address of the apiserver fails too).",
    distributions: {
      OpenShift: 'the DNS pods are in `openshift-dns`, owned by the DNS operator.',
      RKE2: 'CoreDNS is `rke2-coredns` in kube-system.',
      GKE: 'kube-dns or Cloud DNS; with Cloud DNS there are no DNS pods to look at.',
    },
    confirm:
      "In the agent's pod, then the servers themselves:\n\n    kubectl -n NAMESPACE exec POD -c agent -- \\\n      getent hosts kubernetes.default.svc.cluster.local\n    kubectl -n kube-system get pods,endpointslices -l k8s-app=kube-dns",
    fix: 'Repair the DNS pods or the path to them (UDP and TCP 53); the owner is the cluster. Nothing of the agent restarts.',
    avoid:
      'Do not write node or service addresses into /etc/hosts: they change. Do not point the pod at a public resolver: it knows no cluster name.',
    explainedBy: ['service-address-broken'],
  },
  'host-network-without-cluster-dns': {
    title: 'host network without cluster DNS',
    means: "A pod with `hostNetwork: true` and `dnsPolicy: ClusterFirst` silently gets the node's resolver, which knows no cluster name.",
    happens: 'hostNetwork was turned on (for IMDS, DogStatsD or APM) and dnsPolicy left at its default.',
    confirm: 'No search domain `svc.cluster.local`:\n\n    kubectl -n NAMESPACE exec POD -c agent -- cat /etc/resolv.conf',
    fix: 'Set `dnsPolicy: ClusterFirstWithHostNet` in the pod template; the pods are replaced.',
    avoid: "Do not add the address of cluster DNS to the node's /etc/resolv.conf: the node then needs its own pods to boot.",
  },
  'apiserver-name-does-not-resolve': {
    title: "apiserver's name does not resolve",
    means: "The host of the apiserver's URL is a name that no resolver here knows.",
    happens:
      "A private cluster's name outside its network (VPN off), a deleted cluster, a mistyped URL, a cluster-internal name used outside a pod.",
    confirm: '`getent hosts NAME` here, and on a machine where it works',
    fix: 'Correct the name or join the network that resolves it.',
    avoid: 'Do not write the address into /etc/hosts: a managed control plane changes it.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
