/** What `cluster-dns` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'cluster-dns-fails': {
    title: 'cluster DNS not answering',
    means:
      'Service names do not resolve in this pod. The agent still reaches the apiserver by KUBERNETES_SERVICE_HOST (an IP), but nothing that is addressed by name.',
    happens:
      "CoreDNS is down or without endpoints, a NetworkPolicy blocks port 53, or the node's service routing is broken (then the apiserver's service address also fails). A resolver without any cluster name is not cluster DNS: check the pod's `dnsPolicy`.",
    distributions: {
      OpenShift: 'the DNS pods are in `openshift-dns`, owned by the DNS operator.',
      RKE2: 'CoreDNS is `rke2-coredns` in kube-system.',
      GKE: 'kube-dns or Cloud DNS; Cloud DNS runs without DNS pods.',
    },
    confirm:
      "In the agent's pod, then the servers themselves:\n\n    kubectl -n NAMESPACE exec POD -c agent -- \\\n      getent hosts kubernetes.default.svc.cluster.local\n    kubectl -n kube-system get pods,endpointslices -l k8s-app=kube-dns",
    fix: 'As cluster admin, fix the DNS pods or allow UDP and TCP 53 to them. The agent does not restart.',
    avoid:
      'Do not write node or service addresses into /etc/hosts: they change. Do not point the pod at a public resolver: it does not know cluster names.',
    explainedBy: ['service-address-broken'],
  },
  'host-network-without-cluster-dns': {
    title: 'host network pod without cluster DNS',
    means:
      "A pod with `hostNetwork: true` and `dnsPolicy: ClusterFirst` silently gets the node's resolver, which does not know cluster names.",
    happens: 'hostNetwork was turned on (for IMDS, DogStatsD or APM), but dnsPolicy kept its default.',
    confirm: 'The search domain `svc.cluster.local` is missing:\n\n    kubectl -n NAMESPACE exec POD -c agent -- cat /etc/resolv.conf',
    fix: 'Set `dnsPolicy: ClusterFirstWithHostNet` in the pod template; this replaces the pods.',
    avoid: "Do not add the address of cluster DNS to the node's /etc/resolv.conf: the node then needs its own pods to start.",
  },
  'apiserver-name-does-not-resolve': {
    title: 'unknown host name of the apiserver',
    means: "No resolver here knows the host name in the apiserver's URL.",
    happens:
      "A private cluster's name outside its network (VPN off), a deleted cluster, a mistyped URL, a cluster-internal name used outside a pod.",
    confirm: '`getent hosts NAME` here, and on a machine where it works.',
    fix: 'Correct the name, or connect to the network that resolves it (VPN).',
    avoid: 'Do not write the address into /etc/hosts: a managed control plane changes it.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
