/**
 * Does the agent know an address of its own node's kubelet? Judged from the settings, this network's gateways, the Node object, and whose kubelet it
 * is that answers. A host that is none of the node's addresses is only a fault where nothing, or another node's kubelet, answers: NAT, second
 * interfaces and bridges exist.
 */

import { endpointOf, isDnsName } from '../../kubernetes/names.js';
import { defineCheck, type Evidence, type Fix, type Problem } from '../../model/check.js';
import type { Fact } from '../../model/facts.js';
import { askFromNode, CALICO_GATEWAY, internalIp, isGateway, isOf, kubeletPort, nodeName } from '../shared/address.js';
import { dialable } from '../shared/apiserver.js';
import { cite } from '../shared/cite.js';
import { AGENT_KUBELET } from '../shared/distributions.js';
import { byHand, env, fixBy } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, settingOf } from '../shared/kubelet.js';
import { hostFromDownwardApi, hostOfNode } from '../shared/kubelet-fixes.js';
import { anotherAsked, isSameNode } from '../shared/own-node.js';
import { failure, isPending, seen, subjectOf } from '../shared/read.js';
import { type Meant, nodeMeant, type Whose, whoseKubelet } from '../shared/whose-kubelet.js';
import { configured } from './configuration.js';

const HOST = 'DD_KUBERNETES_KUBELET_HOST';

export const kubeletAddress = defineCheck({
  question: 'kubelet-address',
  asks: "Does the agent know an address of its node's kubelet?",
  target: 'kubelet',
  layer: 'settings',
  required: true,
  needs: [
    'self/settings',
    'self/place',
    'self/agent-configuration',
    'kubelet/candidates',
    'kubelet/proxy',
    'kubelet/dns',
    'kubelet/tcp',
    'kubelet/tls',
    'kubelet/http',
    'kubelet/credential',
    'apiserver/identity',
    'apiserver/node',
  ],
  words: {
    portsOff: 'The agent may not dial the kubelet at all: both its HTTPS and its HTTP kubelet port are 0',
    unset: 'DD_KUBERNETES_KUBELET_HOST is not set: the agent has no address of the kubelet on its node',
    calico: "{host} is the CNI's gateway, not a node: port {port} never answers there",
    gateway: '{host} is a gateway of this network, not the node: no kubelet answers there on port {port}',
    foreign: '{host} is not an address of node {node}, and no kubelet answers there on port {port}',
    another: 'The kubelet at {endpoint} is the one of node {otherNode}, not of {node}',
    anotherUnnamed: 'The kubelet at {endpoint} is another machine’s, not the one of node {node}',
    elsewhere: 'this is {machine}, whose kubelet is not the one of {node}; the address of {node} could not be read',
    foundElsewhere: 'of {node}, and not of {machine} where this runs; the address comes from {source}',
    comparing: '{host} is none of the addresses of node {node}, and whether the same kubelet answers at {own} is not known yet',
    notKnown: 'the settings and addresses are not known',
    noAddress: 'no kubelet address was given and none was found',
    found: "not the agent's environment; the kubelet's address comes from {source}",
    fargate: 'the agent reads its kubelet through the apiserver (DD_EKS_FARGATE), and needs no address of it',
    plainOnly: 'the agent’s HTTPS kubelet port is 0: it dials {host} in plain HTTP only',
    waiting: 'no attempt at {endpoint} has ended yet',
    nodeUnknown: "{host} does not answer, and whether it is the node's cannot be told without the Node object",
    sawPorts: '{https} and {http} are 0',
    sawNoHost: 'no kubelet host in the environment, the files or the flags; other addresses known: {others}',
    sawHost: '{source} says {host}',
    sawGateways: 'gateways of this network: {gateways}',
    sawNode: 'Node {node} has {addresses}',
    sawFailure: '{endpoint}: {code}',
    sawWaiting: '{endpoint}: no answer yet',
    sawAnswer: 'a kubelet answers at {endpoint}',
    sawPods: 'GET {path}: it is the kubelet of node {otherNode}',
    sawSubject: 'the certificate at {endpoint}: subject {subject}, names {names}',
    sawPrint: 'the certificate at {endpoint}: SHA-256 {print}',
    meantFlag: '--node says {node}',
    meantToken: 'the token belongs to a pod on node {node}',
    meantIdentity: 'the apiserver knows us as a pod on node {node}',
    meantSetting: '{source} says that the node is {node}',
    fixPorts: 'Let the agent dial the kubelet on its HTTPS port',
    fixHost: 'Set DD_KUBERNETES_KUBELET_HOST from status.hostIP, in the env of every agent container',
    fixHostNow: "For a try on this one node: its Node object's address",
    fixNode: 'Leave --node out, where it is the agent’s own node that is meant',
    fixFlag: 'Leave --kubelet-host out, or give it an address of the node that --node names',
  },
  causes: {
    'kubelet-host-unset': {
      title: 'kubelet host not set',
      means:
        'The agent has no address to look for the kubelet at. Agent 6 and 7 do not guess: without `DD_KUBERNETES_KUBELET_HOST` they ask only a Docker daemon for its host name, and on containerd or CRI-O nothing is left. The log then says `impossible to reach Kubelet with host: .` with nothing after the colon.',
      happens:
        'A manifest without the downward API entry, an Agent 5 variable (`KUBERNETES_KUBELET_HOST`) that nobody reads any more, or the variable set on one container of the pod and not on the others.',
      distributions: AGENT_KUBELET,
      confirm:
        'For each container of the pod, as the variable is often set on one only:\n\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep KUBELET_HOST',
      fix: 'Take the address from the downward API field; the pods are replaced. The chart and the operator do so by themselves.\n\n    - name: DD_KUBERNETES_KUBELET_HOST\n      valueFrom: {fieldRef: {fieldPath: status.hostIP}}',
      avoid: 'Do not write down one IP: the pod runs on every node, and each would ask the same kubelet.',
      explainedBy: ['agent-settings-renamed'],
    },
    'kubelet-host-not-a-node': {
      title: 'kubelet host is not the node',
      means:
        'The address the agent dials is a gateway of its network or another machine: nothing answers on 10250 there, or the kubelet of another node does. Then everything works, and the agent takes the pods of that node for its own; its own node is watched by nobody.',
      happens:
        "Following the Agent 5 idea that the container's default gateway is the node. With Calico it is 169.254.1.1, with others a bridge or router. Or an IP was written into the manifest: all nodes ask that one, or the node was replaced.",
      distributions: AGENT_KUBELET,
      confirm:
        '`kubectl get node NODE -o wide` shows the addresses; `ip route` in the pod shows the gateway. Whose kubelet answers stands in its certificate:\n\n    openssl s_client -connect HOST:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -subject -ext subjectAltName',
      fix: "`status.hostIP` from the downward API. `spec.nodeName` is the other choice where the kubelet's certificate names only the host name, and only if that name resolves in pods.",
      avoid: 'Do not write the node’s present IP into the manifest: it is wrong on every other node, and here after the next replacement.',
      explainedBy: ['agent-host-of-one-node'],
    },
    'agent-ports-both-disabled': {
      title: 'both kubelet ports disabled in the agent',
      means:
        'With `kubernetes_https_kubelet_port` and `kubernetes_http_kubelet_port` at 0 the agent dials nothing: `Invalid Kubelet configuration: both HTTPS and HTTP ports are disabled`.',
      happens: 'The HTTPS port was set to 0 to force the read-only port (GKE Autopilot before `useApiServer`), and that was closed later.',
      confirm: 'In the agent’s container:\n\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep KUBELET_PORT',
      fix: 'Set the HTTPS port back to 10250, the authenticated one; the pods are replaced.',
      avoid: 'Do not open 10255 instead: it answers anyone who reaches the node.',
    },
  },
  judge(view, say) {
    const settings = view.one('self/settings');
    const candidates = view.one('kubelet/candidates');
    const place = seen(view.one('self/place'));
    const problem = <C extends string>(cause: C, rest: Pick<Problem, 'title' | 'evidence' | 'fixes'> & Partial<Problem>): Problem<C> => ({
      kind: 'problem',
      severity: 'blocks',
      certainty: 'proven',
      features: ALL_KUBELET_FEATURES,
      ...rest,
      cause,
    });

    if (settingOf(settings, 'agent.eksFargate')?.value === 'true') return { kind: 'not-applicable', why: say('fargate') };
    const [https, http] = [settingOf(settings, 'kubelet.port'), settingOf(settings, 'kubelet.httpPort')];
    if (https?.value === '0' && http?.value === '0')
      return problem('agent-ports-both-disabled', {
        title: say('portsOff'),
        evidence: [cite(settings, say('sawPorts', { https: https.source, http: http.source }))],
        fixes: [fixBy('agent', 'config', say('fixPorts'), env({ DD_KUBERNETES_HTTPS_KUBELET_PORT: 10250 }))],
      });
    const list = seen(candidates);
    const elsewhere = anotherAsked(seen(settings) ?? [], place);
    if (!list || !place) return { kind: 'cannot-tell', why: say('notKnown'), wants: [] };

    const nodeFact = view.one('apiserver/node');
    const node = seen(nodeFact);
    const fixesFor = (own: typeof node): Fix[] => [hostFromDownwardApi(say('fixHost')), ...hostOfNode(say('fixHostNow'), own)];
    const fixes = fixesFor(node);
    const sawNode = node
      ? [
          cite(
            nodeFact,
            say('sawNode', { node: node.node, addresses: node.addresses.map((a) => `${a.type} ${a.address}`).join(', ') || 'no address' }),
          ),
        ]
      : [];

    const candidate = list.find((c) => c.origin === 'setting');
    const given = settingOf(settings, 'kubelet.host');
    const told = given?.value;
    if (!candidate && elsewhere) {
      const [found] = list;
      if (found) return { kind: 'not-applicable', why: say('foundElsewhere', { ...elsewhere, source: found.source }) };
      return {
        kind: 'cannot-tell',
        why: say('elsewhere', elsewhere),
        wants: [
          {
            need: 'apiserver/node',
            subject: elsewhere.node,
            elsewhere: askFromNode(isDnsName(elsewhere.node) ? elsewhere.node : undefined),
          },
        ],
      };
    }
    if (!candidate && told) return { kind: 'not-applicable', why: say('plainOnly', { host: told }) };
    if (!candidate) {
      const agents =
        place.agentEnvironment || place.place === 'agent-pod' || (place.place === 'pod' && list.length === 0 && !place.noToken);
      const others = list.map(subjectOf).join(', ') || 'none';
      if (agents)
        return problem('kubelet-host-unset', {
          title: say('unset'),
          evidence: [cite(candidates, say('sawNoHost', { others })), ...sawNode],
          fixes,
          explainedBy: whySettingsNameNone(view.all('self/agent-configuration')),
        });
      if (list[0]) return { kind: 'not-applicable', why: say('found', { source: list[0].source }) };
      return {
        kind: 'cannot-tell',
        why: say('noAddress'),
        wants: [{ need: 'kubelet/candidates', elsewhere: 'kubectl get nodes -o wide' }],
      };
    }

    const { host, port } = candidate;
    const endpoint = subjectOf(candidate);
    const hosts = [host, ...(seen(view.one('kubelet/dns', host))?.addresses ?? []).map((a) => a.address)];
    const [tcp, tls] = [view.one('kubelet/tcp', endpoint), view.one('kubelet/tls', endpoint)];
    const meant = nodeMeant(settings, view.all('kubelet/credential'), view.one('apiserver/identity'), view.all('kubelet/http'));
    const at = (address: string) => ({ tcp: view.one('kubelet/tcp', address), tls: view.one('kubelet/tls', address) });
    const whose = meant && whoseKubelet(meant.node, { candidate, hosts, tls, http: view.all('kubelet/http'), node, at });
    if (meant && whose?.whose === 'other') return anothers(meant, whose);
    if (whose?.whose === 'own' || (node && isOf(node, hosts))) return { kind: 'pass' };
    const broken = [tls, tcp].find((fact) => failure(fact) !== undefined);
    // Through a proxy it is the proxy that fails; a TLS alert is an answer, for the handshake's own check to judge.
    const proxied = seen(view.one('kubelet/proxy', endpoint))?.via === 'proxy';
    if (whose && 'ask' in whose && seen(tls) && !proxied) {
      const why = say('comparing', { host, node: node?.node ?? '', own: whose.ask });
      return { kind: 'cannot-tell', why, wants: [{ need: 'kubelet/tls', subject: whose.ask }] };
    }
    if (proxied || seen(tls) || /ALERT/.test((broken && failure(broken)) ?? '')) return { kind: 'pass' };
    const open = [tls, tcp].find(isPending);
    if (!broken && !open) return { kind: 'cannot-tell', why: say('waiting', { endpoint }), wants: [] };

    // Only where the Node object is known, and the address there may be dialled, can the right address be shown to answer.
    const own = internalIp(node);
    const ownEndpoint = own && dialable(own, place) ? endpointOf(own, kubeletPort(node) ?? port) : undefined;
    const atOwn = ownEndpoint ? view.one('kubelet/tls', ownEndpoint) : undefined;
    const answers = atOwn !== undefined && seen(atOwn) !== undefined;
    const failsToo = atOwn !== undefined && failure(atOwn) !== undefined;
    const gateway = isGateway(hosts, place);
    if (!gateway && !node) {
      const name = nodeName(settings, nodeFact);
      const elsewhere = name ? `kubectl get node ${name} -o wide` : 'kubectl get nodes -o wide';
      return { kind: 'cannot-tell', why: say('nodeUnknown', { host }), wants: [{ need: 'apiserver/node', subject: name, elsewhere }] };
    }
    const evidence: Evidence[] = [
      cite(candidates, say('sawHost', { source: candidate.source, host })),
      ...(gateway
        ? [{ need: 'self/place' as const, subject: '', saw: say('sawGateways', { gateways: place.gateways.join(', ') || host }) }]
        : []),
      ...sawNode,
      ...(broken ? [cite(broken, say('sawFailure', { endpoint, code: failure(broken) ?? '' }))] : []),
      ...(!broken && open ? [cite(open, say('sawWaiting', { endpoint }))] : []),
      ...(ownEndpoint && answers ? [cite(atOwn, say('sawAnswer', { endpoint: ownEndpoint }))] : []),
      ...(ownEndpoint && failsToo ? [cite(atOwn, say('sawFailure', { endpoint: ownEndpoint, code: failure(atOwn) ?? '' }))] : []),
    ];
    // A pod's gateway may be a bridge, which is the node itself: unseen from the other side its kubelet may be down, or behind a firewall.
    const maybeBridge =
      !node &&
      !hosts.includes(CALICO_GATEWAY) &&
      broken !== undefined &&
      (failure(broken) === 'ECONNREFUSED' || place.vantage === 'pod-network');
    const unsure = maybeBridge || (failsToo && (!gateway || place.vantage === 'pod-network') && !hosts.includes(CALICO_GATEWAY));
    const named = nodeName(settings, nodeFact);
    return problem('kubelet-host-not-a-node', {
      certainty: unsure ? 'suspected' : 'proven',
      ...(unsure
        ? {
            alternatives: [
              'kubelet-down',
              broken && failure(broken) === 'ECONNREFUSED' ? 'kubelet-connection-refused' : 'kubelet-connect-timeout',
            ],
          }
        : {}),
      title: hosts.includes(CALICO_GATEWAY)
        ? say('calico', { host, port })
        : gateway
          ? say('gateway', { host, port })
          : say('foreign', { host, port, node: node?.node ?? '' }),
      evidence,
      fixes,
      ...(unsure
        ? { wants: [{ need: 'apiserver/node', subject: named, elsewhere: `kubectl get ${named ? `node ${named}` : 'nodes'} -o wide` }] }
        : {}),
      ...(ownEndpoint && !answers && !failsToo ? { wants: [{ need: 'kubelet/tls', subject: ownEndpoint }] } : {}),
    });

    function anothers({ node: expected, by, fact }: Meant, found: Whose & { whose: 'other' }): Problem<'kubelet-host-not-a-node'> {
      const source = fact.kind === 'settings' ? (settingOf(settings, 'node')?.source ?? '') : '';
      const print = (of: Fact<'tls'>) => cite(of, say('sawPrint', { endpoint: of.subject, print: seen(of)?.chain[0]?.fingerprint ?? '' }));
      // A Node that was read may be the one that a mistaken variable names.
      const isMeant = node !== undefined && isSameNode(node.node, expected);
      const own = fixesFor(isMeant ? node : undefined);
      const leaf = seen(tls)?.chain[0];
      const otherNode = found.node ?? '';
      const saw =
        found.witness === 'itself'
          ? [cite(found.fact, say('sawPods', { path: found.fact.subject.slice(found.fact.subject.indexOf('/')), otherNode }))]
          : found.witness === 'certificate'
            ? [cite(tls, say('sawSubject', { endpoint, subject: leaf?.subject ?? '', names: leaf?.names.slice(0, 6).join(', ') ?? '' }))]
            : [print(tls), ...(found.beside ? [print(found.beside)] : [])];
      const look = byHand(isDnsName(expected) ? `kubectl get node ${expected} -o wide` : undefined);
      const byFlag =
        given?.origin === 'flag' ? fixBy('workstation', 'nothing', say('fixFlag'), look) : fixBy('workstation', 'nothing', say('fixNode'));
      const says = { flag: 'meantFlag', token: 'meantToken', identity: 'meantIdentity', setting: 'meantSetting' } as const;
      return problem('kubelet-host-not-a-node', {
        // A certificate that nobody vouches for may say anything.
        ...(found.trusted ? {} : { certainty: 'suspected', alternatives: ['kubelet-certificate-unknown-authority'] }),
        title: otherNode ? say('another', { endpoint, otherNode, node: expected }) : say('anotherUnnamed', { endpoint, node: expected }),
        evidence: [
          cite(candidates, say('sawHost', { source: candidate?.source ?? '', host: candidate?.host ?? '' })),
          cite(fact, say(says[by], { node: expected, source })),
          ...saw,
          ...(isMeant ? sawNode : []),
        ],
        fixes: by === 'flag' ? [byFlag, ...(given?.origin === 'flag' ? [] : own)] : own,
      });
    }
  },
});

/** The findings about our own settings that are the reason why no host is set. */
function whySettingsNameNone(facts: readonly Fact<'agent-configuration'>[]): string[] {
  const own = configured(facts).filter(({ configuration }) => configuration.of === 'process');
  const settings = own.flatMap(({ container }) => container.settings);
  return [
    ...(settings.some(({ meant }) => meant?.why === 'misspelt' && meant.current === HOST) ? ['agent-setting-misspelt'] : []),
    ...(settings.some(({ variable, value }) => variable === HOST && value === '') ? ['agent-setting-empty'] : []),
  ];
}
