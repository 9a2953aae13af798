/** Why the agent has no address of its own kubelet, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';
import { AGENT_KUBELET } from '../../shared/distributions.js';

export const CAUSES = {
  'kubelet-host-unset': {
    title: 'kubelet host not set',
    means:
      'The agent does not know where its kubelet is. Agent 6 and 7 do not guess: without `DD_KUBERNETES_KUBELET_HOST` they only ask a Docker daemon for its host name, which does not exist on containerd or CRI-O. The log then says `impossible to reach Kubelet with host: .` with nothing after the colon; newer Agents name no host: `impossible to reach Kubelet with HTTP`, after `Impossible to reach Kubelet through HTTPS, fallback to HTTP`.',
    happens:
      'A manifest without the downward API entry, an Agent 5 variable (`KUBERNETES_KUBELET_HOST`) that current agents ignore, or the variable set on only one container of the pod.',
    distributions: AGENT_KUBELET,
    confirm:
      'In each container of the pod, as the variable is often set on one only:\n\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep KUBELET_HOST',
    fix: 'Take the address from the downward API; the pods are replaced. The chart and the operator do this by default.\n\nIn **every** container of the pod:\n\n    - name: DD_KUBERNETES_KUBELET_HOST\n      valueFrom: {fieldRef: {fieldPath: status.hostIP}}',
    avoid: 'Do not set one fixed IP: the pod runs on every node, and each would ask the same kubelet.',
    explainedBy: ['agent-settings-renamed'],
  },
  'kubelet-host-not-a-node': {
    title: 'kubelet host that is not the node',
    means:
      'The address the agent uses is a gateway of its network or another machine. Nothing answers on 10250 there, or the kubelet of another node does. In that case everything seems to work, but the agent reports the pods of that node as its own, and its own node is not monitored.',
    happens:
      "The Agent 5 idea that the container's default gateway is the node: with Calico it is 169.254.1.1, with others a bridge or router. Or a fixed IP in the manifest: all agents ask that node, or the node was replaced. Where no setting names the address, a proxy or NAT in between, or two machines with one address.",
    distributions: AGENT_KUBELET,
    confirm:
      '`kubectl get node NODE -o wide` shows the addresses; `ip route` in the pod shows the gateway. The certificate shows whose kubelet answers:\n\n    openssl s_client -connect HOST:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -subject -ext subjectAltName',
    fix: "`status.hostIP` from the downward API. Use `spec.nodeName` where the kubelet's certificate names only the host name, and only if that name resolves in pods.",
    avoid: "Do not put the node's current IP into the manifest: it is wrong on every other node, and here after the next replacement.",
    explainedBy: ['agent-host-of-one-node'],
    stranger: 'kubelet',
  },
  'agent-ports-both-disabled': {
    title: 'both kubelet ports disabled in the agent',
    means:
      'With `kubernetes_https_kubelet_port` and `kubernetes_http_kubelet_port` at 0 the agent does not connect at all: `Invalid Kubelet configuration: both HTTPS and HTTP ports are disabled`.',
    happens: 'The HTTPS port was set to 0 to force the read-only port (GKE Autopilot before `useApiServer`), which was closed later.',
    confirm: "In the agent's container:\n\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep KUBELET_PORT",
    // helm-charts 3.240.0 _containers-common-env.yaml: on Autopilot the chart itself sets the port to 0 without useApiServer.
    distributions: {
      GKE: 'on Autopilot the chart sets the HTTPS port to 0: set `datadog.kubelet.useApiServer: true` (Agent 7.65 or later) instead.',
    },
    fix: 'Set the HTTPS port back to 10250, the authenticated one; the pods are replaced. On GKE Autopilot use `datadog.kubelet.useApiServer: true` instead.',
    avoid: 'Do not open 10255 instead: it answers anyone who reaches the node.',
  },
  'agent-plain-port-closed': {
    title: 'only a closed read-only port left to the agent',
    // Agent 7.82 pkg/util/kubernetes/kubelet/kubelet_client.go getKubeletClient; helm-charts 3.240.0 _containers-common-env.yaml.
    means:
      'With `kubernetes_https_kubelet_port` at 0 the agent asks only the read-only port in plain HTTP, and the kubelet does not serve it. Its log says `impossible to reach Kubelet with host`, after a refused connection to 10255. Port 10250 may work, and a token with every right does not help: the agent does not dial it.',
    happens:
      'The chart sets the HTTPS port to 0 where `providers.gke.autopilot` is true, and GKE closes port 10255 on ever more nodes (DataDog/helm-charts#1635). Elsewhere a 0 in a template, or values copied from GKE.',
    confirm:
      "In the agent's container, then from a pod on that node; refused means closed:\n\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep KUBELET_PORT\n    curl -sS -m 4 http://NODE_ADDRESS:10255/healthz",
    distributions: {
      GKE: 'on Autopilot set the variable to 10250 in `datadog.env`, and `datadog.kubelet.useApiServer: true` (Agent 7.65, chart 3.113) for the pod list. The second alone changes nothing: the agent still tries the closed port first.',
    },
    fix: 'Set the HTTPS port to 10250, or remove the variable; the pods are replaced. The agent then needs its token and its rights on nodes.',
    avoid: 'Do not open 10255 instead: it answers anyone who reaches the node.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
