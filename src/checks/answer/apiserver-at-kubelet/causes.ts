/** What keeps the apiserver from the kubelets that it reaches, or should reach, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  // kubernetes/kubernetes#138957 (kubeadm of v1.33.12, v1.34.8, v1.35.5, v1.36.1 and later); Kubernetes 1.36 plugin/pkg/auth/authorizer/rbac/bootstrappolicy.
  'apiserver-forbidden-at-kubelet': {
    title: 'apiserver without permissions at the kubelet',
    means:
      'The kubelet accepts the client certificate of the apiserver and denies its requests: `Forbidden (user=kube-apiserver-kubelet-client, …)`. `kubectl logs`, `exec`, `attach` and `port-forward` fail with the same text. An agent that asks the kubelet directly is not affected; one that goes through the apiserver is.',
    happens:
      'The user of that certificate (`--kubelet-client-certificate` of the apiserver) has no binding to `system:kubelet-api-admin`. It shows once the kubelet asks for permissions (authorization mode Webhook), or after the certificate was renewed: kubeadm v1.33.12, v1.34.8, v1.35.5, v1.36.1 and later issue it without the group kubeadm:cluster-admins, and rely on the ClusterRoleBinding kubeadm:apiserver-kubelet-client, which older tools (Cluster API before v1.11.11, v1.12.8, v1.13.2) do not create.',
    confirm:
      'The text names a user that is not yours, and the second command says `no`:\n\n    kubectl get --raw /api/v1/nodes/NODE/proxy/healthz\n    kubectl auth can-i get nodes --subresource=proxy \\\n      --as kube-apiserver-kubelet-client',
    fix: 'Bind the user that the text names to the ClusterRole `system:kubelet-api-admin`, in a ClusterRoleBinding with the name kubeadm:apiserver-kubelet-client. It takes effect within 30 seconds; nothing restarts.',
    avoid:
      'Do not set the authorization mode of the kubelet back to AlwaysAllow: then everyone with a token may run commands in every container of the node. Do not bind the account of the agent to that role.',
  },
  // Kubernetes 1.36 pkg/kubelet/server/server.go InstallAuthFilter; cmd/kubelet/app/auth.go.
  'apiserver-unknown-at-kubelet': {
    title: 'apiserver credential that the kubelet does not accept',
    means:
      'The kubelet answers the apiserver 401 `Unauthorized`: it does not know the client certificate that the apiserver shows. `kubectl logs` and `exec` fail with `the server has asked for the client to provide credentials`, which is about the apiserver and not about the user.',
    happens:
      'The certificate in `--kubelet-client-certificate` has expired, is signed by another CA than `authentication.x509.clientCAFile` of the kubelet holds (after a CA rotation, or on a node of another cluster), or the flag is not set.',
    confirm:
      'On a control-plane node, then on the node:\n\n    openssl x509 -noout -enddate -issuer \\\n      -in /etc/kubernetes/pki/apiserver-kubelet-client.crt\n    openssl x509 -noout -subject -in /etc/kubernetes/pki/ca.crt\n    journalctl -u kubelet | grep "Unable to authenticate"',
    fix: '`kubeadm certs renew apiserver-kubelet-client` on each control-plane node, then restart the apiserver there. Where the CA is another, give the kubelet the CA that signed it (`clientCAFile`) and restart it.',
    avoid: 'Do not allow anonymous access at the kubelet: it lets in everyone who reaches the node.',
  },
  // Kubernetes 1.36 staging/src/k8s.io/apiserver/pkg/server/egressselector; k0sproject/k0s#5503; rancher/rke2#9179. Documented, not tried.
  'control-plane-tunnel-down': {
    title: 'tunnel from the control plane to the nodes that is down',
    means:
      'The apiserver reaches the nodes through a tunnel that starts on the nodes (konnectivity, or the one of k3s and RKE2), and that tunnel does not carry the connection. `kubectl logs`, `exec` and webhooks in pods fail for all nodes (`No agent available`), while the API itself works. An agent that asks the kubelet directly is not affected.',
    happens:
      'The konnectivity-agent pods do not run, or the nodes do not reach the port of the tunnel at the control plane: a firewall, a load balancer that does not pass it on, a NetworkPolicy in kube-system, certificates that expired.',
    distributions: {
      AKS: 'konnectivity-agent in kube-system connects to the apiserver on 443 (ALPN `konnectivity`).',
      GKE: 'konnectivity-agent in kube-system connects to the control plane on 8132: allow it in egress rules.',
      k3s: 'each node keeps a tunnel to every server on 6443: `journalctl -u k3s-agent` on the node.',
      RKE2: 'each node keeps a tunnel to every server on 9345: the load balancer must pass it on; `journalctl -u rke2-agent` on the node.',
    },
    confirm:
      'The first fails for every node alike; the second shows whether the agents run:\n\n    kubectl get --raw /api/v1/nodes/NODE/proxy/healthz\n    kubectl -n kube-system get pods -o wide | grep konnectivity',
    fix: 'Make the konnectivity-agent pods run, and open the way from the nodes to the port of the tunnel (8132 with upstream konnectivity). They connect again by themselves.',
    avoid: 'Do not look for the fault at 10250 of the nodes, nor grant permissions: the connection does not leave the control plane.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
