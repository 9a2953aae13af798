/** What `kubelet-certificate` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';
import { AGENT_KUBELET, SERVING_CERTIFICATE } from '../../shared/distributions.js';

export const CAUSES = {
  'kubelet-certificate-changes': {
    stranger: 'kubelet',
    title: 'kubelet certificate changes between connections',
    means:
      'The first connection showed a certificate that verifies. The next one, which was to carry the credential, showed another that does not. Nothing was sent.',
    happens:
      'Something between here and the kubelet intercepts connections: an attack, or a proxy that inspects TLS and lets single connections pass. Or one address leads to several servers with different certificates.',
    confirm:
      'Several times, from the same place; the fingerprint must stay the same:\n\n    openssl s_client -connect HOST:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -fingerprint -sha256',
    fix: 'Find out which machine answers (its certificate names it), and remove it from the path. Where a load balancer is meant to be there, give all servers behind it certificates of one CA.',
    avoid: 'Do not turn verification off, and do not add the second CA: the credential would go to the server in between.',
  },
  'kubelet-certificate-not-accepted': {
    title: 'kubelet certificate not accepted',
    means:
      "The CA in use signed it, its name and its dates are as needed, and TLS clients refuse it all the same: it is not a server certificate, has a critical extension that clients do not know, or a date that cannot be read. The evidence has OpenSSL's code.",
    happens:
      'A client certificate (extended key usage clientAuth alone) is used for serving, or a CA of the company issued it with unusual extensions or dates.',
    confirm:
      'Look for Extended Key Usage, critical extensions and the dates:\n\n    openssl s_client -connect HOST:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -text',
    fix: 'Reissue it with the extended key usage serverAuth (TLS Web Server Authentication) and without what is refused. `serverTLSBootstrap` does that.',
    avoid: 'Do not turn verification off: the credential then goes to any server at that address, and the fault stays.',
  },
  'kubelet-certificate-self-signed': {
    title: 'self-signed kubelet certificate',
    // client-go 1.36 and 1.37 util/cert/cert.go: the file holds the certificate and its CA; an IP as host name is its only name.
    means:
      'Without a serving certificate the kubelet makes one at its first start, signed by a CA whose key it discards. The CA of the cluster does not verify it. It names the host name of the node, and no IP (unless `--hostname-override` is one).',
    happens:
      'The default of a kubelet with neither `tlsCertFile` nor `serverTLSBootstrap` (kubeadm, Talos, many self-built clusters). While the file exists, the kubelet never renews it (kubernetes#99418).',
    distributions: SERVING_CERTIFICATE,
    confirm:
      'The issuer is `HOST-ca@<unix time>`:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -issuer -subject',
    fix: "1. Set `serverTLSBootstrap: true` in the kubelet's configuration and restart the kubelet (containers keep running).\n2. Compare and approve its request: `kubectl certificate approve NAME`. kube-controller-manager never approves these requests.\n3. Run an approver, or the next renewal waits again.\n\nWhere the kubelet's configuration is not yours (AKS), or to change the agent alone: take the host from `spec.nodeName`, and give the node's own certificate file as CA, which a hostPath mounts from each node. Pods must resolve node names. Chart: `datadog.kubelet.host` and `datadog.kubelet.hostCAPath` (`/var/lib/kubelet/pki/kubelet.crt`, on AKS `/etc/kubernetes/certs/kubeletserver.crt`).",
    avoid:
      "Do not turn verification off: the agent then sends its token to any server at that address, and the fault stays. Do not copy one node's certificate file to all: a hostPath gives each pod its own.",
  },
  'kubelet-certificate-unknown-authority': {
    title: 'kubelet certificate from an unknown CA',
    means: 'The CA file that the agent uses for the kubelet does not contain the issuer of the certificate.',
    happens:
      'The distribution signs serving certificates with a separate CA (OpenShift, older AKS `kubeletserver.crt`), the cluster CA was rotated, or `kubelet_client_ca` points at the wrong file.',
    distributions: SERVING_CERTIFICATE,
    confirm:
      'Save its certificate, then verify it with the CA file that the agent uses:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 >/tmp/kubelet.crt\n    openssl verify -CAfile CA.crt /tmp/kubelet.crt',
    fix: 'Mount the CA that signed it and set `DD_KUBELET_CLIENT_CA` (chart: `datadog.kubelet.hostCAPath`) on every container; this replaces the pods.',
    avoid: 'Do not turn verification off: the agent then sends its token to any server at that address, and the fault stays.',
    explainedBy: ['kubelet-ca-file-missing'],
  },
  'kubelet-certificate-expired': {
    title: 'kubelet certificate expired',
    means:
      "The serving certificate's end date has passed, by this machine's clock and by a second one. In the agent's pod the kubelet has the same clock, so the apiserver's clock decides; without it, this machine's clock may be wrong.",
    happens: 'Rotation is off, the CSR for the next certificate was not approved, or nothing renews the certificate file.',
    distributions: {
      kubeadm: 'a self-signed kubelet.crt is valid for a year and not renewed while the file exists.',
      k3s: '`k3s certificate rotate` with the service stopped, then start it.',
      RKE2: '`rke2 certificate rotate` with the service stopped, then start it.',
      OpenShift: 'look for Pending requests: `oc get csr`; nodes that were off for long wait there for renewal.',
    },
    confirm:
      'This prints its dates and pending requests:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -dates\n    kubectl get csr',
    fix: 'With `serverTLSBootstrap` restart the kubelet and approve its request. Otherwise replace `tlsCertFile` and `tlsPrivateKeyFile`. Or move away `/var/lib/kubelet/pki/kubelet.crt` and `kubelet.key` and restart: the kubelet makes a new self-signed pair.\n\n`kubectl logs` keeps working, because the apiserver does not verify kubelets by default: this does not mean that the certificate is fine.',
    avoid:
      'Do not turn verification off: the agent then sends its token to any server at that address, and the fault stays. Do not set the clock back.',
    explainedBy: ['clock-skew'],
  },
  'kubelet-certificate-not-yet-valid': {
    title: 'kubelet certificate not valid yet',
    means: "Its start date is in the future, by this machine's clock and by the kubelet's.",
    happens: 'The clock of the issuing machine was ahead, or the certificate was made for a later date.',
    confirm:
      "This prints its start date and the node's clock:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -startdate\n    date -u",
    fix: 'Correct the clock, then reissue the certificate.',
    avoid: 'Do not turn verification off: the agent then sends its token to any server at that address, and the fault stays.',
    explainedBy: ['clock-skew'],
  },
  'kubelet-certificate-without-san': {
    title: 'kubelet certificate without subject alternative names',
    means: 'It has only a common name, which Go (since 1.15), and therefore the agent, ignores.',
    happens: 'Old issuing scripts, or an old node image (AKS).',
    distributions: SERVING_CERTIFICATE,
    confirm:
      'This prints no names:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -ext subjectAltName',
    fix: 'Reissue it with SANs (a newer node image, or serverTLSBootstrap).',
    avoid:
      'Do not set `GODEBUG=x509ignoreCN=0`: Go no longer reads it. Do not turn verification off: the agent then sends its token to any server at that address, and the fault stays.',
  },
  'kubelet-certificate-name-mismatch': {
    title: 'kubelet certificate for another name',
    means: 'The certificate is trusted and in date, but does not name the host or IP that the agent dials.',
    happens:
      'The agent dials `status.hostIP`, but the certificate has only the host name (or the reverse), or the address belongs to another machine.',
    distributions: {
      ...AGENT_KUBELET,
      k3s: 'its supervisor signs the certificate for the addresses it knows: set `node-ip` (or `node-external-ip`) in `/etc/rancher/k3s/config.yaml` and restart the service. `serverTLSBootstrap` has no part in it.',
      RKE2: 'as k3s, in `/etc/rancher/rke2/config.yaml`.',
    },
    confirm:
      'This prints the names it has:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -ext subjectAltName',
    fix: "Use a name that is in it, if the pod resolves it: `fieldPath: spec.nodeName` instead of `status.hostIP`. Otherwise reissue it with `serverTLSBootstrap`, which includes the Node's addresses. The agent's pods, or the kubelet, restart.",
    avoid: 'Do not turn verification off: the agent then sends its token to any server at that address, and the fault stays.',
  },
  'kubelet-certificate-expires-soon': {
    title: 'kubelet certificate about to expire',
    means: 'It works today and stops working on its end date, within 30 days.',
    happens: 'Rotation is off or its CSR waits for approval.',
    distributions: SERVING_CERTIFICATE,
    confirm:
      'This prints its end date and pending requests:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -enddate\n    kubectl get csr',
    fix: 'Turn on rotation (`rotateCertificates` and `serverTLSBootstrap`, with a CSR approver), or renew the certificate before its end date.',
    avoid: 'Do not plan to turn verification off on that day: renewing it now takes one kubelet restart.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
