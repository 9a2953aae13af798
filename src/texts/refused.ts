/** Who is refused: the user that a refusal names decides whose right or credential it is. */

export interface Refused {
  user: string;
  /** Whose account it is. */
  who: 'anonymous' | 'node' | 'apiserver' | 'control-plane' | 'add-on' | 'account' | 'person';
  /** Who refuses. */
  by: 'kubelet' | 'apiserver';
  verb: string;
  resource: string;
  group: string;
}

/** The kubelet's refusal (≤ 1.31 `subresource=proxy`, later `subresource(s)=[pods proxy]`), and that of the apiserver's authorizers. */
const KUBELETS = /Forbidden \(user=([^,]{1,253}), verb=(\w{0,20}), resource=(\w{1,40}), subresource(?:\(s\))?=\[?([\w/ -]{0,200})/;
/** What a parser of metrics leaves of it. */
const CUT = /\(user=([^\s,"]{1,253}),/;
const APISERVERS = /User "([^"]{1,253})" cannot ([\w-]{1,40}) (?:resource|path) "([^"]{1,253})"(?: in API group "([^"]{0,253})")?/i;
/** Before 1.12: `User "x" cannot list pods in the namespace "y"`, `cannot list nodes at the cluster scope`. */
const OLD = /User "([^"]{1,253})" cannot ([a-z]{1,40}) ([a-z][\w./-]{1,253}?)(?: at the cluster scope| in the namespace)/i;

export function refusedIn(body: string): Refused | undefined {
  const [, user, verb = '', resource = '', subresource = ''] = KUBELETS.exec(body) ?? [];
  if (user !== undefined) return { user, who: whoIs(user), by: 'kubelet', verb, resource: `${resource}/${subresource}`, group: '' };
  const asked = APISERVERS.exec(body) ?? OLD.exec(body);
  if (asked) {
    const [, name = '', what = '', on = '', group = ''] = asked;
    return { user: name, who: whoIs(name), by: 'apiserver', verb: what, resource: on, group };
  }
  const [, cut] = CUT.exec(body) ?? [];
  return cut === undefined ? undefined : { user: cut, who: whoIs(cut), by: 'kubelet', verb: '', resource: '', group: '' };
}

/** ServiceAccounts that come with a cluster and its network, storage and delivery: no agent's. */
const ADD_ONS =
  /^(?:coredns|kube-dns|kube-proxy|kindnet|calico\S{0,60}|cilium\S{0,60}|flannel|weave\S{0,60}|canal|aws-node|kube-router|antrea\S{0,60}|multus|\S{0,60}csi\S{0,60}|cloud-\S{1,60}|\S{0,60}-controller|\S{0,60}autoscaler\S{0,60}|ingress-nginx\S{0,60}|traefik\S{0,60}|cert-manager\S{0,60}|argocd\S{0,60}|tiller|kubernetes-dashboard\S{0,60}|\S{0,60}provisioner\S{0,60}|generic-garbage-collector|namespace-controller)$/;

function whoIs(user: string): Refused['who'] {
  if (user === 'system:anonymous') return 'anonymous';
  if (/^system:node:/.test(user)) return 'node';
  if (/^(?:system:)?kube-?apiserver|kubelet-client$|^kubelet-api|^apiserver|^system:apiserver|^127\.0\.0\.1$/i.test(user))
    return 'apiserver';
  if (/^system:kube-(?:controller-manager|scheduler|proxy)$/.test(user)) return 'control-plane';
  const [, account] = /^system:serviceaccount:[^:]{1,63}:(\S{1,253})$/.exec(user) ?? [];
  if (account === undefined) return user.startsWith('system:') ? 'control-plane' : 'person';
  return ADD_ONS.test(account) ? 'add-on' : 'account';
}
