/** What `kubelet-proxy` and `apiserver-proxy` find, explained: one cause for each server. */
import type { CauseDocs } from '../../../model/check.js';

const NEEDED_AT = {
  happens:
    'HTTPS_PROXY is set for the whole pod or node (company default, image, containerd drop-in), and NO_PROXY lacks {what}. Go programs such as the agent bypass the proxy only for localhost, and understand CIDR in NO_PROXY; many other programs compare text.',
  confirm: '`env | grep -i _proxy` in the same container; `curl -v https://HOST:PORT/` shows what it connects to.',
};

export const CAUSES = {
  kubelet: {
    'proxy-captures-kubelet': {
      title: 'proxy in front of the kubelet',
      means:
        "A proxy variable also applies to the node's address, so the proxy answers instead of the kubelet. Its 403, 407 or 502 looks like the kubelet's answer, its silence looks like a firewall.",
      happens: NEEDED_AT.happens.replace('{what}', "the nodes' network"),
      distributions: {
        k3s: '`/etc/systemd/system/k3s.service.env` (or `k3s-agent.service.env`) holds the proxy of the service; pods have their own.',
        RKE2: '`/etc/default/rke2-server` or `/etc/default/rke2-agent` holds the proxy of the service; pods have their own.',
        microk8s: '`/var/snap/microk8s/current/args/containerd-env` holds the proxy of the runtime.',
        OpenShift: "the cluster-wide Proxy object sets the nodes' services; what pods get depends on who installed them.",
        'Helm chart': '`datadog.env` reaches every agent container; a variable set on one container does not reach the others.',
        'plain manifests': 'put HTTP_PROXY, HTTPS_PROXY and NO_PROXY into the env of every container.',
      },
      confirm: NEEDED_AT.confirm,
      // Ranges: golang.org/x/net/http/httpproxy; integrations-core datadog_checks/base/utils/http.py should_bypass_proxy.
      fix: "Add the nodes' network to NO_PROXY of every agent container; this replaces the pods. A range is enough (`10.0.0.0/16`), for the Agent and for its Python checks. `$(DD_KUBERNETES_KUBELET_HOST)` in NO_PROXY works only if that variable stands above it in the env list. If the proxy is intended, allow CONNECT to the kubelet on it.",
      avoid:
        "Do not open the proxy for 10250: it would carry the agent's token for every node. Do not change RBAC: the 403 comes from the proxy, not from the kubelet.",
    },
  },
  apiserver: {
    'proxy-captures-apiserver': {
      title: 'proxy in front of the apiserver',
      means:
        "A proxy variable (or a kubeconfig's `proxy-url`) sends the apiserver's traffic to a proxy that does not deliver it. In a pod the destination is the service address (10.96.0.1) or `kubernetes.default.svc`.",
      happens: NEEDED_AT.happens.replace('{what}', 'the service network, or `.svc` for the name'),
      confirm: NEEDED_AT.confirm,
      fix: 'Add the service address (and `.svc`, `.cluster.local` for names) to NO_PROXY. NO_PROXY does not apply to `proxy-url` of a kubeconfig: remove it there. If a workstation needs the proxy, allow CONNECT to the apiserver on the proxy.',
      avoid: 'Do not turn verification off for a proxy that intercepts TLS: it would read the token of every request.',
    },
  },
} as const satisfies Record<string, Record<string, CauseDocs>>;

export type Server = keyof typeof CAUSES;
export type Cause<S extends Server = Server> = `proxy-captures-${S}`;
