/** Do the settings of an agent agree with each other, and with the pod it runs in? Each may be right, and the pair is not. */

import { isIp } from '../../kubernetes/names.js';
import { defineCheck, type Evidence, type Fix, type Message, type Problem, type Severity } from '../../model/check.js';
import type { AgentSetting } from '../../model/facts.js';
import { AUTOMOUNT, fixBy, yaml } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../shared/kubelet.js';
import {
  type Configured,
  changeSettings,
  configured,
  effective,
  hostFromApi,
  inContainer,
  isOn,
  lookAt,
  whereToChange,
  writtenIn,
} from './configuration.js';

const HOST = 'DD_KUBERNETES_KUBELET_HOST';
const [CRT, KEY] = ['DD_KUBELET_CLIENT_CRT', 'DD_KUBELET_CLIENT_KEY'];
/** Of these, containers of one pod must agree: each of them asks the kubelet. */
const SHARED = [HOST, 'DD_KUBELET_TLS_VERIFY', 'DD_KUBELET_CLIENT_CA', 'DD_KUBERNETES_HTTPS_KUBELET_PORT'];

interface Found {
  at: Configured;
  cause: 'agent-host-of-one-node' | 'agent-token-not-mounted' | 'agent-settings-contradict';
  severity: Severity;
  title: Message;
  settings: AgentSetting[];
  fix: Fix;
}

export const agentContradictions = defineCheck({
  question: 'agent-contradictions',
  asks: "Do the agent's settings agree with each other?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/agent-configuration'],
  words: {
    none: 'no configuration of an agent is in sight',
    oneNode: '{name} has {variable} = {value} for every pod: the agents of all nodes ask the kubelet of this one',
    noToken: '{name} mounts no token of its ServiceAccount (automountServiceAccountToken: false), and no other credential is set',
    shadowed: '{variable} is "{strong}" ({strongSource}) and "{weak}" ({weakSource}): only the first counts',
    halfPair: '{set} is set without {missing}: the agent presents no client certificate',
    unusedCa: 'DD_KUBELET_CLIENT_CA names a CA ({source}), and DD_KUBELET_TLS_VERIFY=false keeps the agent from using it',
    containers:
      '{variable} is "{own}" in container {container} and "{other}" in {second}: one of them does not reach the kubelet as the other does',
    fargate: 'DD_EKS_FARGATE is on without DD_KUBERNETES_KUBELET_NODENAME: the agent has no node to ask the apiserver about',
    saw: '{source}: {variable} = "{value}"',
    sawFrom: '{source}: {variable} from {value}',
    sawNoToken: '{name}: automountServiceAccountToken: false, and no projected token',
    fixHost: "Take {variable} from the downward API{where}: it is the node's own address on every node",
    fixToken: 'Let the token be mounted',
    fixShadowed: 'Say it once: keep the value that is meant{where}, and take the other one ({weakSource}) away',
    fixPair: 'Set both, or neither{where}',
    fixCa: 'Turn verification on{where}: the CA for it is there',
    fixContainers: 'Give both containers the same value',
    fixFargate: 'Take DD_KUBERNETES_KUBELET_NODENAME from spec.nodeName{where}',
  },
  causes: {
    'agent-host-of-one-node': {
      title: 'one kubelet address for all nodes',
      means:
        'The kubelet host is written into the DaemonSet as one address. Its pods run on every node, and all of them ask the same kubelet: they see its pods as their own, and their own not at all.',
      happens: 'An address that was tried by hand on one node and stayed, or values copied from a cluster with one node.',
      confirm:
        'More than one node, and one address:\n\n    kubectl -n NAMESPACE set env daemonset/NAME --list | grep KUBELET_HOST\n    kubectl get nodes -o wide',
      fix: 'Take it from the downward API: status.hostIP, or spec.nodeName where the certificate names only the host name and pods can resolve it.',
      avoid: 'Do not make a DaemonSet per node: the downward API is there for this.',
    },
    'agent-token-not-mounted': {
      title: 'no token mounted for the agent',
      means:
        'The pod says that no token of its ServiceAccount is to be mounted, and nothing else is set to be presented. Kubelet and apiserver answer it as nobody.',
      happens: 'Hardening by a template or a policy, or a pod spec that was taken from an application which needs no apiserver.',
      confirm: '    kubectl -n NAMESPACE get daemonset NAME \\\n      -o jsonpath={.spec.template.spec.automountServiceAccountToken}',
      fix: 'Set it to true in the pod template: the pod’s word wins over its ServiceAccount’s. The pods are replaced.',
      avoid: 'Do not put a token that never expires into a Secret instead.',
    },
    'agent-settings-contradict': {
      title: 'settings that contradict each other',
      means:
        'Two settings, each possible by itself, do not go together: the same one twice with different values, half of a certificate pair, a CA beside verification that is off, containers of one pod that are told different things, Fargate mode without a node’s name.',
      happens:
        'datadog.yaml and environment are kept by different people; a variable is added to a list that had it; a change reaches one container of the pod; a workaround stays after the right setting came.',
      confirm:
        '`kubelet-doctor settings` shows each with where it comes from; what counts in the container:\n\n    agent config | grep -i kube',
      fix: 'Say each thing once, where it is meant to be said. Environment counts before datadog.yaml, of two entries in a list the later one, chart keys below the lists of variables.',
      avoid: 'Do not add the right value a third time above the others.',
    },
  },
  judge(view, say) {
    const all = configured(view.all('self/agent-configuration'));
    if (all.length === 0) return { kind: 'not-applicable', why: say('none') };
    const found = all.flatMap((at) =>
      [oneNode(at), noToken(at), fargate(at), halfPair(at), ...shadowed(at), ...containers(at), unusedCa(at)].flatMap((each) => each ?? []),
    );
    const order: Severity[] = ['blocks', 'degrades', 'risk', 'note'];
    const [worst] = found.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
    if (!worst) return { kind: 'pass' };
    const { cause, severity, title } = worst;
    const same = found.filter((each) => each.cause === cause || each.severity !== 'blocks');
    return {
      kind: 'problem',
      cause,
      severity,
      certainty: 'proven',
      title,
      features: severity === 'blocks' ? ALL_KUBELET_FEATURES : [],
      evidence: same.flatMap(evidenceOf).slice(0, 8),
      fixes: same.slice(0, 4).map(({ fix }) => fix),
    } satisfies Problem<Found['cause']>;

    function oneNode(at: Configured): Found | undefined {
      const { of, install, name, pod } = at.configuration;
      const host = effective(at.container, HOST);
      const { value = '' } = host ?? {};
      if (!host || of === 'process' || install !== 'container' || !isIp(value)) return undefined;
      // In the host's network loopback is each node's own.
      if (pod?.hostNetwork && /^(127\.|::1$)/.test(value)) return undefined;
      const fix = hostFromApi(at, host, say('fixHost', { variable: HOST, where: whereToChange(at, host) }));
      return {
        at,
        cause: 'agent-host-of-one-node',
        severity: 'blocks',
        title: say('oneNode', { name, variable: HOST, value }),
        settings: [host],
        fix,
      };
    }
    function noToken(at: Configured): Found | undefined {
      const { configuration, container } = at;
      const first = configuration.containers[0] === container;
      const other = [CRT, 'DD_KUBELET_AUTH_TOKEN_PATH', 'DD_KUBERNETES_KUBECONFIG_PATH'].some((variable) => effective(container, variable));
      if (!first || !configuration.pod?.noToken || other) return undefined;
      const fix = fixBy('agent', 'restart', say('fixToken'), yaml(AUTOMOUNT));
      return {
        at,
        cause: 'agent-token-not-mounted',
        severity: 'blocks',
        title: say('noToken', { name: configuration.name }),
        settings: [],
        fix,
      };
    }
    function fargate(at: Configured): Found | undefined {
      const on = effective(at.container, 'DD_EKS_FARGATE');
      if (!on || !isOn(at.container, 'DD_EKS_FARGATE') || effective(at.container, 'DD_KUBERNETES_KUBELET_NODENAME')) return undefined;
      const fix = fixBy('agent', 'config', say('fixFargate', { where: inContainer(at) }), yaml(NODE_NAME));
      return contradiction(at, 'blocks', say('fargate'), [on], fix);
    }
    function halfPair(at: Configured): Found | undefined {
      const [crt, key] = [effective(at.container, CRT), effective(at.container, KEY)];
      const set = crt && key ? undefined : (crt ?? key);
      if (!set) return undefined;
      const fix = changeSettings(at, say('fixPair', { where: inContainer(at) }), { [set.variable]: undefined });
      return contradiction(at, 'degrades', say('halfPair', { set: set.variable, missing: crt ? KEY : CRT }), [set], fix);
    }
    function shadowed(at: Configured): Found[] {
      const { settings } = at.container;
      const variables = [...new Set(settings.map(({ variable }) => variable))];
      return variables.flatMap((variable) => {
        const strong = effective(at.container, variable);
        const weak = settings.find((each) => each.variable === variable && each !== strong && said(each) && said(each) !== said(strong));
        if (!strong || !weak || strong.meant) return [];
        const words = {
          variable,
          strong: said(strong),
          strongSource: writtenIn(at, strong),
          weak: said(weak),
          weakSource: writtenIn(at, weak),
        };
        const fix = fixBy('agent', 'config', say('fixShadowed', { where: inContainer(at), weakSource: writtenIn(at, weak) }), {
          verify: 'kubelet-doctor settings',
        });
        // An environment is there to overrule a file; of one list it is a mistake.
        return [contradiction(at, strong.source === weak.source ? 'degrades' : 'note', say('shadowed', words), [strong, weak], fix)];
      });
    }
    function containers(at: Configured): Found[] {
      const [first] = at.configuration.containers;
      if (!first || first === at.container) return [];
      return SHARED.flatMap((variable) => {
        const [one, other] = [effective(first, variable), effective(at.container, variable)];
        if (!one || !other || said(one) === said(other)) return [];
        const words = { variable, own: said(one), container: first.container, other: said(other), second: at.container.container };
        const changes = one.value === undefined ? undefined : { [variable]: one.value };
        const fix = changes ? changeSettings(at, say('fixContainers'), changes) : fixBy('agent', 'config', say('fixContainers'));
        return [contradiction(at, 'degrades', say('containers', words), [one, other], fix)];
      });
    }
    function unusedCa(at: Configured): Found | undefined {
      const ca = effective(at.container, 'DD_KUBELET_CLIENT_CA');
      const verify = effective(at.container, 'DD_KUBELET_TLS_VERIFY');
      if (!ca || !verify || isOn(at.container, 'DD_KUBELET_TLS_VERIFY') !== false) return undefined;
      const fix = changeSettings(at, say('fixCa', { where: whereToChange(at, verify) }), { DD_KUBELET_TLS_VERIFY: 'true' });
      return contradiction(at, 'risk', say('unusedCa', { source: writtenIn(at, ca) }), [ca, verify], fix);
    }
    function contradiction(at: Configured, severity: Severity, title: Message, settings: AgentSetting[], fix: Fix): Found {
      return { at, cause: 'agent-settings-contradict', severity, title, settings, fix };
    }
    function evidenceOf({ at, settings }: Found): Evidence[] {
      const { name } = at.configuration;
      const cite = { need: 'self/agent-configuration', subject: name } as const;
      if (settings.length === 0) return [{ ...cite, saw: say('sawNoToken', { name }) }];
      return settings.map((setting) => {
        const { variable, value, from = '' } = setting;
        const source = writtenIn(at, setting);
        const reproduce = lookAt(at, variable);
        const saw = value === undefined ? say('sawFrom', { variable, value: from, source }) : say('saw', { variable, value, source });
        return { ...cite, saw, ...(reproduce && { reproduce }) };
      });
    }
  },
});

/** What two settings are compared by. */
function said(setting: AgentSetting | undefined): string {
  return setting?.value ?? setting?.from ?? '';
}

const NODE_NAME = ['- name: DD_KUBERNETES_KUBELET_NODENAME', '  valueFrom:', '    fieldRef:', '      fieldPath: spec.nodeName'].join('\n');
