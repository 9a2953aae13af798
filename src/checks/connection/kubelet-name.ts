/** Does the name the agent dials the kubelet by resolve here? An IP needs no resolver, and behind a proxy the proxy asks its own. */

import { isDnsName, isIp } from '../../kubernetes/names.js';
import { defineCheck, type Want } from '../../model/check.js';
import { fromAfar } from '../shared/address.js';
import { cite } from '../shared/cite.js';
import { ALL_KUBELET_FEATURES, agentsCandidate } from '../shared/kubelet.js';
import { hostFromDownwardApi, hostOfNode } from '../shared/kubelet-fixes.js';
import { cannotTell, notApplicable, pass, problem, suspected } from '../shared/problem.js';
import { failure, isPending, seen, subjectOf } from '../shared/read.js';

/** A name that every cluster DNS knows: does the resolver work at all? */
const CLUSTER_NAME = 'kubernetes.default.svc';
/** The resolver answered: there is no such name, or none with an address. */
const NO_SUCH_NAME = ['ENOTFOUND', 'ENODATA', 'ENONAME'];

export const kubeletName = defineCheck({
  question: 'kubelet-name',
  asks: "Does the kubelet's host name resolve here?",
  target: 'kubelet',
  layer: 'dns',
  required: true,
  needs: ['self/place', 'kubelet/candidates', 'kubelet/proxy', 'kubelet/dns', 'apiserver/dns', 'apiserver/node'],
  words: {
    unknown: 'The kubelet host {host} does not resolve here: no resolver knows that name ({code})',
    unanswered: 'The kubelet host {host} does not resolve here: the resolver fails for it ({code})',
    noAddress: 'no kubelet address to resolve',
    address: '{host} is an address and needs no resolver',
    proxied: 'the proxy {proxy} resolves {host}, not we',
    waiting: 'no answer for {host} yet',
    saw: '{code}: {detail}',
    sawCluster: '{name} resolves: the resolver works',
    sawClusterFails: '{name}: {code}, so the resolver fails for other names too',
    fixHost: 'Dial the node by address: DD_KUBERNETES_KUBELET_HOST from status.hostIP instead of spec.nodeName',
    fixHostNow: "For a try on this one node: its Node object's address",
  },
  causes: {
    'node-name-does-not-resolve': {
      title: "the node's name does not resolve in the pod",
      means:
        "The agent is told to dial the kubelet by a name, usually `spec.nodeName`, and the resolver of its pod has no address for it. A node's name is a name in the API; nothing obliges any DNS to know it.",
      happens:
        'Cluster DNS forwards node names to a DNS of the network that lacks them (bare metal, custom DNS of a VNet, Windows nodes on AKS), or the name is a short host name without a search domain.',
      distributions: {
        AKS: 'Windows nodes and VNets with their own DNS do not resolve node names in pods.',
        EKS: "`ip-10-0-0-7.ec2.internal` resolves only where the VPC's DNS host names are on.",
      },
      confirm:
        "The first asks the pod's resolver, the second shows addresses that would do:\n\n    kubectl -n NAMESPACE exec POD -c agent -- getent hosts NODE\n    kubectl get node NODE -o wide",
      fix: "Use `status.hostIP`. If the kubelet's certificate names only the host name, verification by address fails next: then add the names to DNS, or reissue the certificate with `serverTLSBootstrap`, which puts the addresses in.",
      avoid: 'Do not write nodes into /etc/hosts or hostAliases: they change, and the list stays.',
      explainedBy: ['cluster-dns-fails'],
    },
  },
  judge(view, say) {
    const candidate = agentsCandidate(view.one('kubelet/candidates'));
    if (!candidate) return cannotTell(say('noAddress'));
    const { host } = candidate;
    if (isIp(host)) return pass(say('address', { host }));
    const decision = seen(view.one('kubelet/proxy', subjectOf(candidate)));
    if (decision?.via === 'proxy') return notApplicable(say('proxied', { host, proxy: decision.proxy ?? '' }));
    const dns = view.one('kubelet/dns', host);
    if (seen(dns)) return pass();
    const cluster = view.one('apiserver/dns', CLUSTER_NAME);
    const wants: Want[] = [{ need: 'apiserver/dns', subject: CLUSTER_NAME }];
    const { outcome } = dns;
    if (outcome.status !== 'failed') return cannotTell(say('waiting', { host }), isPending(dns) ? wants : []);

    const { code, detail } = outcome;
    // Without an answer the name may be a good one: only a resolver that works otherwise makes it the name's fault.
    const [works, failsToo] = [seen(cluster), failure(cluster)];
    const proven = NO_SUCH_NAME.includes(code) || works !== undefined;
    const severity = fromAfar(seen(view.one('self/place')), candidate) ? 'note' : 'blocks';
    return problem('node-name-does-not-resolve', {
      severity,
      ...(proven ? {} : suspected(['cluster-dns-fails'], wants)),
      title: NO_SUCH_NAME.includes(code) ? say('unknown', { host, code }) : say('unanswered', { host, code }),
      features: severity === 'blocks' ? ALL_KUBELET_FEATURES : [],
      evidence: [
        cite(dns, say('saw', { code, detail })),
        ...(works ? [cite(cluster, say('sawCluster', { name: CLUSTER_NAME }))] : []),
        ...(failsToo ? [cite(cluster, say('sawClusterFails', { name: CLUSTER_NAME, code: failsToo }))] : []),
      ],
      fixes: [hostFromDownwardApi(say('fixHost')), ...hostOfNode(say('fixHostNow'), seen(view.one('apiserver/node')))],
      // No name at all, but a URL or a reference that was not filled in: what is set is wrong.
      ...(isDnsName(host.toLowerCase()) ? {} : { explainedBy: ['agent-setting-invalid'] }),
    });
  },
});
