/**
 * Do the names of the apiserver resolve here? In a pod `kubernetes.default.svc` stands for cluster DNS as a whole; it matters less while
 * the apiserver is reached by its service address. A name of one's own that does not resolve is another matter than cluster DNS.
 */

import { isDnsName, isIp } from '../../kubernetes/names.js';
import { defineCheck, type Evidence, type Fix, type Message, type Problem, type Want } from '../../model/check.js';
import type { DnsAnswer, Fact } from '../../model/facts.js';
import { apiserverFeatures, inPod, isServiceName, ownerHere, ownPod } from '../shared/apiserver.js';
import { fixBy, shell, yaml } from '../shared/fix.js';
import { agentsCandidate } from '../shared/kubelet.js';
import { failure, isPending, looked, seen, subjectOf } from '../shared/read.js';

const SERVICE_NAME = 'kubernetes.default.svc';
const BY_NAME = 'Cluster Agent and whatever else is addressed by its service name';

export const clusterDns = defineCheck({
  question: 'cluster-dns',
  asks: "Do the apiserver's names resolve?",
  target: 'apiserver',
  layer: 'dns',
  required: false,
  needs: ['apiserver/dns', 'apiserver/tls', 'apiserver/candidates', 'self/place', 'self/settings'],
  words: {
    fails: 'Cluster DNS fails: {name} gets no answer ({code}) from {nameservers}',
    doesNotKnow: 'The resolver of this pod ({nameservers}) does not know {name}: it is not cluster DNS, or cluster DNS is incomplete',
    hostNetwork:
      "This pod is in the host's network with the node's resolver ({nameservers}), which does not know cluster names such as {name}",
    nameUnknown: "The apiserver's name {name} does not resolve here ({code} from {nameservers})",
    noName: 'the apiserver is addressed by IP, and this is no pod: cluster DNS is not in use',
    debugPod: "asked in the host's network, with the node's resolver: that says nothing of the agent",
    notAsked: 'no name was looked up',
    waiting: 'still waiting for the nameservers about {name}',
    sawDns: '{code}: asked {asked} of {nameservers}',
    serviceAnswers: 'the service address {endpoint} answers without DNS',
    serviceFails: 'the service address {endpoint} fails too: {code}',
    fixPods: 'Look at the DNS pods: are they running, and what do they log?',
    fixPolicy: 'Let this pod reach port 53 (UDP and TCP) of the DNS service: look for a NetworkPolicy that restricts its egress',
    fixPolicyClusterFirst: 'Give the pod cluster DNS: dnsPolicy ClusterFirst',
    fixHostNet: 'Give the pod cluster DNS in the host network: dnsPolicy ClusterFirstWithHostNet',
    fixName: 'Correct the name ({source}), or connect to the network whose resolver knows it (VPN)',
    fixResolver: "Look at this machine's resolver: it does not answer for the name",
  },
  causes: {
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
        'In the agent’s pod, then the servers themselves:\n\n    kubectl -n NAMESPACE exec POD -c agent -- \\\n      getent hosts kubernetes.default.svc.cluster.local\n    kubectl -n kube-system get pods,endpointslices -l k8s-app=kube-dns',
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
      avoid: 'Do not add the address of cluster DNS to the node’s /etc/resolv.conf: the node then needs its own pods to boot.',
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
  },
  judge(view, say) {
    const place = seen(view.one('self/place'));
    const candidates = seen(view.one('apiserver/candidates')) ?? [];
    const candidate = agentsCandidate(view.one('apiserver/candidates'));
    const pod = inPod(place);
    const named = candidate && !isIp(candidate.host) ? candidate.host : undefined;
    const names = [...new Set([...(named ? [named] : []), ...(pod ? [SERVICE_NAME] : [])])];
    if (names.length === 0)
      return candidate ? { kind: 'not-applicable', why: say('noName') } : { kind: 'cannot-tell', why: say('notAsked'), wants: [] };

    // The second side: the service address, which needs no name.
    const service = candidates.find((c) => c.origin === 'service-environment' && isIp(c.host));
    const endpoint = service && subjectOf(service);
    const wants: Want[] = endpoint && named ? [{ need: 'apiserver/tls', subject: endpoint }] : [];
    const lookups = names.map((name) => ({ name, fact: view.one('apiserver/dns', name) }));
    const failed = lookups.find(({ fact }) => failure(fact));
    if (!failed) {
      const waiting = lookups.find(({ fact }) => isPending(fact));
      if (waiting) return { kind: 'cannot-tell', why: say('waiting', { name: waiting.name }), wants };
      return lookups.some(({ fact }) => looked(fact)) ? { kind: 'pass' } : { kind: 'cannot-tell', why: say('notAsked'), wants: [] };
    }

    const { name, fact } = failed;
    const code = failure(fact) ?? '';
    const data = answerOf(fact);
    const nameservers = data?.nameservers.join(', ') || 'unknown nameservers';
    const byName = name === named;
    const evidence: Evidence[] = [
      {
        need: 'apiserver/dns',
        subject: name,
        saw: say('sawDns', { code, asked: data?.asked.join(', ') || name, nameservers }),
        reproduce: fact.reproduce,
      },
    ];
    if (endpoint) {
      const tls = view.one('apiserver/tls', endpoint);
      const fails = failure(tls);
      const saw = seen(tls) ? say('serviceAnswers', { endpoint }) : fails ? say('serviceFails', { endpoint, code: fails }) : undefined;
      if (saw) evidence.push({ need: 'apiserver/tls', subject: endpoint, saw, reproduce: tls.reproduce });
    }
    const problem = <C extends string>(cause: C, title: Message, fixes: Fix[], more: Partial<Problem> = {}): Problem<C> => ({
      ...{ kind: 'problem', severity: byName ? 'blocks' : 'degrades', certainty: 'proven', wants, ...more },
      features: byName ? apiserverFeatures(view.one('self/settings')) : [BY_NAME],
      ...{ cause, title, evidence, fixes },
    });

    // In a pod a nameserver that does not answer at all is cluster DNS, whatever it was asked.
    const clusters = lookups.find(({ name: asked }) => asked === SERVICE_NAME)?.fact;
    const dead = pod && clusters && failure(clusters) !== undefined && failure(clusters) !== 'ENOTFOUND';
    if (!(pod && isServiceName(name)) && !dead) {
      const look = fixBy(
        ownerHere(place),
        'nothing',
        say('fixResolver'),
        shell(isDnsName(name) ? `getent hosts ${name}\ncat /etc/resolv.conf` : undefined),
      );
      const correct = fixBy(ownerHere(place), 'config', say('fixName', { source: candidate?.source ?? 'unknown' }));
      const title = say('nameUnknown', { name, code, nameservers });
      return problem('apiserver-name-does-not-resolve', title, code === 'ENOTFOUND' ? [correct, look] : [look, correct]);
    }
    const own = ownPod(place);
    const pods = fixBy(
      'cluster',
      'nothing',
      say('fixPods'),
      shell('kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide\nkubectl -n kube-system logs -l k8s-app=kube-dns --tail 20'),
    );
    const policy = fixBy('cluster', 'config', say('fixPolicy'), shell(own && `kubectl -n ${own.namespace} get networkpolicy`));
    const ofNode = place?.vantage === 'host-network' && (place.place === 'debug-pod' || place.agentProcess?.network === 'other');
    if (ofNode && !byName && !hasClusterSearch(data)) return { kind: 'not-applicable', why: say('debugPod') };
    if (code !== 'ENOTFOUND') return problem('cluster-dns-fails', say('fails', { name, code, nameservers }), [pods, policy]);
    if (place?.vantage !== 'host-network' || hasClusterSearch(data)) {
      const first = fixBy('agent', 'restart', say('fixPolicyClusterFirst'), yaml(dnsPolicy('ClusterFirst')));
      return problem('cluster-dns-fails', say('doesNotKnow', { name, nameservers }), hasClusterSearch(data) ? [pods] : [first, pods]);
    }
    return problem(
      'host-network-without-cluster-dns',
      say('hostNetwork', { name, nameservers }),
      [fixBy('agent', 'restart', say('fixHostNet'), yaml(dnsPolicy('ClusterFirstWithHostNet')))],
      data ? {} : { certainty: 'suspected', alternatives: ['cluster-dns-fails'] },
    );
  },
});

/** What a lookup said, failed ones included. */
function answerOf({ outcome }: Fact<'dns'>): DnsAnswer | undefined {
  return outcome.status === 'observed' || outcome.status === 'failed' ? outcome.data : undefined;
}

/** The kubelet's search list for cluster DNS was walked: `NAMESPACE.svc.DOMAIN svc.DOMAIN DOMAIN`. */
function hasClusterSearch(answer: DnsAnswer | undefined): boolean {
  return (answer?.asked ?? []).some((name) => /^kubernetes\.default\.svc\.([^.]+\.)?svc\./.test(name));
}

/** `kubectl patch daemonset NAME --patch-file`. */
function dnsPolicy(policy: string): string {
  return `spec:\n  template:\n    spec:\n      dnsPolicy: ${policy}\n`;
}
