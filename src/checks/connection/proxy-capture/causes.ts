/** What `kubelet-proxy` and `apiserver-proxy` find, explained: one cause for each server. */
import type { CauseDocs } from '../../../model/check.js';

const NEEDED_AT = {
  happens:
    'HTTPS_PROXY is set for the whole pod or node (company default, image, containerd drop-in), and NO_PROXY lacks {what}. Go programs, the agent among them, except only localhost by themselves, and understand CIDR in NO_PROXY; many others compare text.',
  confirm: '`env | grep -i _proxy` in the same container; `curl -v https://HOST:PORT/` shows whom it connects to.',
};

export const CAUSES = {
  kubelet: {
    'proxy-captures-kubelet': {
      title: 'a proxy captures connections to the kubelet',
      means:
        "A proxy variable applies to the node's address too, so the proxy is asked instead of the kubelet. Its 403, 407 or 502 looks like an answer of the kubelet but is not; its silence looks like a firewall.",
      happens: NEEDED_AT.happens.replace('{what}', "the nodes' network"),
      distributions: {
        k3s: '`/etc/systemd/system/k3s.service.env` (or `k3s-agent.service.env`) holds the proxy of the service; pods have their own.',
        RKE2: '`/etc/default/rke2-server` or `/etc/default/rke2-agent` holds the proxy of the service; pods have their own.',
        microk8s: '`/var/snap/microk8s/current/args/containerd-env` holds the proxy of the runtime.',
        OpenShift: "the cluster-wide Proxy object sets the nodes' services; what pods get depends on who installed them.",
        'Helm chart': '`datadog.env` reaches every agent container; a variable set on one container only leaves the others.',
        'plain manifests': 'HTTP_PROXY, HTTPS_PROXY and NO_PROXY belong into the env of every container.',
      },
      confirm: NEEDED_AT.confirm,
      fix: "Add the nodes' network to NO_PROXY of every agent container; the pods are replaced. For a Go program a range is enough (`10.0.0.0/16`); Python integrations may need the addresses.",
      avoid:
        "Do not open the proxy for 10250: it would carry the agent's token for every node. Do not change RBAC: a 403 of the proxy is none of the kubelet.",
    },
  },
  apiserver: {
    'proxy-captures-apiserver': {
      title: 'a proxy captures connections to the apiserver',
      means:
        "A proxy variable (or a kubeconfig's `proxy-url`) sends the apiserver's traffic to a proxy that does not bring it there. In a pod that is the service address 10.96.0.1 or `kubernetes.default.svc`.",
      happens: NEEDED_AT.happens.replace('{what}', 'the service network, or `.svc` for the name'),
      confirm: NEEDED_AT.confirm,
      fix: 'Add the service address (and `.svc`, `.cluster.local` for names) to NO_PROXY. From a workstation the proxy may be the only way: then the proxy must allow CONNECT to the apiserver.',
      avoid: 'Do not turn verification off for a proxy that ends TLS: it would read the token of every request.',
    },
  },
} as const satisfies Record<string, Record<string, CauseDocs>>;

export type Server = keyof typeof CAUSES;
export type Cause<S extends Server = Server> = `proxy-captures-${S}`;
