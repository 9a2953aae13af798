/** Does the name the agent dials the kubelet by resolve here? An IP needs no resolver, and behind a proxy the proxy asks its own. */

import { isDnsName, isIp } from '../../kubernetes/names.js';
import { defineCheck, type Want } from '../../model/check.js';
import { fromAfar } from '../shared/address.js';
import { cite } from '../shared/cite.js';
import { ALL_KUBELET_FEATURES, agentsCandidate } from '../shared/kubelet.js';
import { hostFromDownwardApi, hostOfNode } from '../shared/kubelet-fixes.js';
import { cannotTell, notApplicable, pass, problem, suspected } from '../shared/problem.js';
import { inTheirWords, twoWitnesses } from '../shared/proof.js';
import { failure, isPending, seen, subjectOf } from '../shared/read.js';

/** A name that every cluster DNS knows: does the resolver work at all? */
const CLUSTER_NAME = 'kubernetes.default.svc';
/** The resolver answered: there is no such name, or none with an address. */
const NO_SUCH_NAME = ['ENOTFOUND', 'ENODATA', 'ENONAME'];

export const kubeletName = defineCheck({
  question: 'kubelet-name',
  asks: "Does the kubelet's host name resolve?",
  target: 'kubelet',
  layer: 'dns',
  required: true,
  needs: ['self/place', 'kubelet/candidates', 'kubelet/proxy', 'kubelet/dns', 'apiserver/dns', 'apiserver/node'],
  words: {
    unknown: 'The kubelet host {host} does not resolve: no such name',
    unanswered: 'DNS fails for the kubelet host {host}',
    noAddress: 'the kubelet address is unknown',
    address: '{host} is an IP address',
    proxied: 'the proxy {proxy} resolves {host}',
    waiting: 'no answer for {host} yet',
    saw: '{code}: {detail}',
    sawCluster: '{name} resolves: the resolver works',
    sawClusterFails: '{name} also fails ({code}): the resolver does not work',
    fixHost: 'Set DD_KUBERNETES_KUBELET_HOST from status.hostIP',
    fixHostNow: "Try the Node's address on this one node",
  },
  causes: {
    'node-name-does-not-resolve': {
      title: 'node name that does not resolve in the pod',
      means:
        "The agent dials the kubelet by a name, usually `spec.nodeName`, and its pod's resolver has no address for that name. A node's name is a name in the API; DNS need not know it.",
      happens:
        'Cluster DNS forwards node names to a network DNS that does not have them (bare metal, a VNet with custom DNS, Windows nodes on AKS), or the name is a short host name without a search domain.',
      distributions: {
        AKS: 'on Windows nodes and in VNets with custom DNS, pods cannot resolve node names.',
        EKS: '`ip-10-0-0-7.ec2.internal` resolves only where DNS host names are enabled in the VPC.',
      },
      confirm:
        "The first command asks the pod's resolver, the second shows the node's addresses:\n\n    kubectl -n NAMESPACE exec POD -c agent -- getent hosts NODE\n    kubectl get node NODE -o wide",
      fix: "Use `status.hostIP` instead of `spec.nodeName`. If the kubelet's certificate has only the host name, verification by address fails next: add the names to DNS, or reissue the certificate with `serverTLSBootstrap`, which includes the addresses.",
      avoid: 'Do not write nodes into /etc/hosts or hostAliases: nodes change, the list does not.',
      explainedBy: ['cluster-dns-fails'],
    },
  },
  judge(view, say) {
    const candidates = view.one('kubelet/candidates');
    const candidate = agentsCandidate(candidates);
    if (!candidate) return cannotTell(say('noAddress'));
    const { host } = candidate;
    if (isIp(host)) return pass(candidates, say('address', { host }));
    const proxy = view.one('kubelet/proxy', subjectOf(candidate));
    const decision = seen(proxy);
    if (decision?.via === 'proxy') return notApplicable(say('proxied', { host, proxy: decision.proxy ?? '' }), proxy);
    const dns = view.one('kubelet/dns', host);
    if (seen(dns)) return pass(dns);
    const cluster = view.one('apiserver/dns', CLUSTER_NAME);
    const wants: Want[] = [{ need: 'apiserver/dns', subject: CLUSTER_NAME }];
    const { outcome } = dns;
    if (outcome.status !== 'failed') return cannotTell(say('waiting', { host }), isPending(dns) ? wants : []);

    const { code, detail } = outcome;
    // Without an answer the name may be a good one: only a resolver that works otherwise makes it the name's fault.
    const [works, failsToo] = [seen(cluster), failure(cluster)];
    const proof = NO_SUCH_NAME.includes(code) ? inTheirWords(dns) : works && twoWitnesses(dns, cluster);
    const severity = fromAfar(seen(view.one('self/place')), candidate) ? 'note' : 'blocks';
    return problem('node-name-does-not-resolve', {
      severity,
      ...(proof ? { proof } : suspected(['cluster-dns-fails'], wants)),
      title: NO_SUCH_NAME.includes(code) ? say('unknown', { host }) : say('unanswered', { host }),
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
