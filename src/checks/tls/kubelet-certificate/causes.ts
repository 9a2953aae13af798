/** What `kubelet-certificate` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';
import { AGENT_KUBELET, SERVING_CERTIFICATE } from '../../shared/distributions.js';

export const CAUSES = {
  'kubelet-certificate-self-signed': {
    title: 'kubelet serves its own self-signed certificate',
    means:
      'Without a serving certificate the kubelet makes one at its first start, signed by a CA it throws away. No CA file of the cluster verifies it, and it names only the host name, never an IP.',
    happens:
      'The default of a kubelet with neither `tlsCertFile` nor `serverTLSBootstrap` (kubeadm, Talos, many home-made clusters). The file is never renewed while it exists (kubernetes#99418).',
    distributions: SERVING_CERTIFICATE,
    confirm:
      'The issuer is `HOST-ca@<unix time>`:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -issuer -subject',
    fix: "1. `serverTLSBootstrap: true` in the kubelet's configuration, restart the kubelet (containers go on running).\n2. Compare and approve its request: `kubectl certificate approve NAME`. kube-controller-manager never does by itself.\n3. Keep an approver, or the next renewal waits again.",
    avoid:
      "Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays. Do not mount each node's kubelet.crt: it names no IP, and differs on each node.",
  },
  'kubelet-certificate-unknown-authority': {
    title: 'kubelet certificate signed by a CA the agent does not hold',
    means: 'The certificate is in order but its issuer is not in the CA file that the agent uses for the kubelet.',
    happens:
      'A distribution signs serving certificates with a CA of its own (OpenShift, older AKS `kubeletserver.crt`), the cluster CA was rotated, or `kubelet_client_ca` points at the wrong file.',
    distributions: SERVING_CERTIFICATE,
    confirm:
      'Save what it serves, then try the CA file that the agent uses:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 >/tmp/kubelet.crt\n    openssl verify -CAfile CA.crt /tmp/kubelet.crt',
    fix: 'Mount the CA that signed it and set `DD_KUBELET_CLIENT_CA` (chart: `datadog.kubelet.hostCAPath`) on every container; the pods are replaced.',
    avoid: 'Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays.',
    explainedBy: ['kubelet-ca-file-missing'],
  },
  'kubelet-certificate-expired': {
    title: 'kubelet certificate expired',
    means:
      "The serving certificate's end date has passed, by our clock and by another one. In the agent's pod the kubelet's clock is ours, so that the apiserver's decides; without it the clock may be at fault as well.",
    happens: 'Rotation is off, the CSR for the next certificate was never approved, or the certificate is a file nobody renews.',
    distributions: {
      kubeadm: 'a self-signed kubelet.crt is valid for a year and never renewed while the file exists.',
      k3s: '`k3s certificate rotate` with the service stopped, then start it.',
      RKE2: '`rke2 certificate rotate` with the service stopped, then start it.',
      OpenShift: 'look for Pending requests: `oc get csr`; renewals of nodes that were off for long wait there.',
    },
    confirm:
      'Its dates, and a renewal that waits:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -dates\n    kubectl get csr',
    fix: 'With `serverTLSBootstrap` restart the kubelet and approve its request. Else replace `tlsCertFile` and `tlsPrivateKeyFile`, or move away `/var/lib/kubelet/pki/kubelet.crt` and `kubelet.key` and restart: a new self-signed pair is made.\n\n`kubectl logs` goes on working meanwhile, because the apiserver does not verify kubelets by default: that is no sign of health.',
    avoid:
      'Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays. Do not set the clock back.',
    explainedBy: ['clock-skew'],
  },
  'kubelet-certificate-not-yet-valid': {
    title: 'kubelet certificate not valid yet',
    means: "Its start date lies ahead, by our clock and by the kubelet's own.",
    happens: 'The clock of the machine that issued it ran ahead, or a certificate was prepared for later.',
    confirm:
      "Its start, and the node's clock:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -startdate\n    date -u",
    fix: 'Correct the clock, then reissue.',
    avoid: 'Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays.',
    explainedBy: ['clock-skew'],
  },
  'kubelet-certificate-without-san': {
    title: 'kubelet certificate without subject alternative names',
    means: 'It has only a common name. Go (since 1.15) and so the agent ignore the common name.',
    happens: 'Old issuing scripts; AKS node images before the end of 2022.',
    distributions: SERVING_CERTIFICATE,
    confirm:
      'Prints no names:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -ext subjectAltName',
    fix: 'Reissue it with SANs (a newer node image, or serverTLSBootstrap).',
    avoid:
      'Do not set `GODEBUG=x509ignoreCN=0`: Go no longer reads it. Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays.',
  },
  'kubelet-certificate-name-mismatch': {
    title: 'kubelet certificate for another name',
    means: 'The certificate is trusted and in date, but does not name the host or IP that the agent dials.',
    happens:
      '`status.hostIP` is dialled while the certificate names only the host name (or the other way about), or the address belongs to another machine.',
    distributions: AGENT_KUBELET,
    confirm:
      'The names that it does have:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -ext subjectAltName',
    fix: "Dial a name that is in it, if the pod resolves it: `fieldPath: spec.nodeName` in place of `status.hostIP`. Else reissue it with the address: `serverTLSBootstrap` puts the Node's addresses in. The agent's pods, or the kubelet, restart.",
    avoid: 'Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays.',
  },
  'kubelet-certificate-expires-soon': {
    title: 'kubelet certificate expires within 30 days',
    means: 'It works today and will stop working on its end date.',
    happens: 'Rotation is off or its CSR waits for approval.',
    distributions: SERVING_CERTIFICATE,
    confirm:
      'Its end, and a renewal that waits:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -enddate\n    kubectl get csr',
    fix: 'Turn rotation on, or renew it by hand before then.',
    avoid: 'Do not plan to turn verification off on that day: renewing it now costs a kubelet restart.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
