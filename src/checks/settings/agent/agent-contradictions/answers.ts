/** What is said of contradictions: the worst in the title, and what else was found beside it. */
import type { Evidence, Fix, Message, Problem } from '../../../../model/check.js';
import { knownSetting } from '../../../../profiles/datadog-settings.js';
import { cutTo } from '../../../shared/brief.js';
import { citeBy } from '../../../shared/cite.js';
import { given } from '../../../shared/decide.js';
import { AUTOMOUNT, fixBy, yaml } from '../../../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../../../shared/kubelet.js';
import { type Basis, problem, suspected } from '../../../shared/problem.js';
import { inTheirWords } from '../../../shared/proof.js';
import { changeSettings, hostFromApi, inContainer, lookAt, whereToChange, writtenIn } from '../../shared/configuration.js';
import type { Cause } from './causes.js';
import { AKS_CA, CRT, HOST, HTTPS, isInOneList, KEY, LOCK, said, VERIFY } from './clues.js';
import type { Contradiction } from './decision.js';
import type { Words } from './words.js';

/** From the worst down; at least one. */
export function answer(found: readonly Contradiction[], say: Words): Problem<Cause> {
  const worst = given(found[0]);
  // Another cause that blocks has its turn when this one is mended.
  const told = found.filter(({ cause, severity }) => cause === worst.cause || severity !== 'blocks');
  return problem(worst.cause, {
    ...basisOf(worst),
    severity: worst.severity,
    title: ANSWERS[worst.name].title(worst, say),
    features: worst.severity === 'blocks' ? ALL_KUBELET_FEATURES : [],
    evidence: told.flatMap((each) => evidenceOf(each, say)).slice(0, 8),
    fixes: told.slice(0, 4).map((each) => ANSWERS[each.name].fix(each, say)),
  });
}

/** A manifest proves what it says. What AKS documents of its nodes it does not; where they have no rotation, the file is there and the right one. */
function basisOf({ name, at }: Contradiction): Basis {
  if (name !== 'ca-of-old-aks') return { proof: inTheirWords(at.fact) };
  return suspected(['kubelet-certificate-self-signed'], [{ need: 'apiserver/node', elsewhere: ROTATION }]);
}

const ROTATION = 'kubectl get nodes -L kubernetes.azure.com/kubelet-serving-ca';

interface Says {
  title(found: Contradiction, say: Words): Message;
  fix(found: Contradiction, say: Words): Fix;
}

const ANSWERS: Record<Contradiction['name'], Says> = {
  'host-of-one-node': {
    title: ({ settings: [host] }, say) => say('oneNode', { variable: HOST, value: said(host) }),
    fix({ at, settings }, say) {
      const host = given(settings[0]);
      return hostFromApi(at, host, say('fixHost', { variable: HOST, where: whereToChange(at, host) }));
    },
  },
  'token-not-mounted': {
    title: (_, say) => say('noToken'),
    fix: (_, say) => fixBy('agent', 'restart', say('fixToken'), yaml(AUTOMOUNT)),
  },
  'fargate-without-node': {
    title: (_, say) => say('fargate'),
    fix: ({ at }, say) => fixBy('agent', 'config', say('fixFargate', { where: inContainer(at) }), yaml(NODE_NAME)),
  },
  'half-pair': {
    title({ settings }, say) {
      return say('halfPair', { missing: given(settings[0]).variable === CRT ? KEY : CRT });
    },
    fix: ({ at, settings }, say) =>
      changeSettings(at, say('fixPair', { where: inContainer(at) }), { [given(settings[0]).variable]: undefined }),
  },
  overruled: {
    title({ settings }, say) {
      const [strong, weak] = pairOf(settings);
      if (isInOneList(settings)) return say('later', { variable: strong.variable });
      return say('shadowed', { variable: strong.variable, strong: cutTo(said(strong), 16), weak: cutTo(said(weak), 16) });
    },
    fix({ at, settings }, say) {
      const [strong] = pairOf(settings);
      // The chart writes the variable as well, and its key is the one place that both agree on.
      const key =
        strong.standard || (at.configuration.manager === 'helm' && isInOneList(settings))
          ? knownSetting(strong.variable)?.chart
          : undefined;
      const action = key ? say('fixKey', { key }) : say('fixShadowed', { where: inContainer(at) });
      return fixBy('agent', 'config', action, { verify: 'kubelet-doctor settings' });
    },
  },
  'toleration-invalid': {
    title: ({ settings }, say) => say('toleration', { operator: cutTo(said(settings[0]), 24) }),
    fix: ({ settings }, say) =>
      fixBy('agent', 'config', say('fixToleration', { at: given(settings[0]).source }), { verify: 'kubelet-doctor settings' }),
  },
  'https-off': {
    title: (_, say) => say('httpsOff'),
    fix: ({ at, settings }, say) =>
      changeSettings(at, say('fixHttps', { where: whereToChange(at, given(settings[0])) }), { [HTTPS]: '10250' }),
  },
  'two-leaders': {
    title: ({ settings }, say) => say('twoLeaders', { lock: said(settings[0]), other: said(settings[1]) }),
    fix: ({ at, settings }, say) => changeSettings(at, say('fixLock', { variable: LOCK }), { [LOCK]: said(settings[1]) }),
  },
  'ca-of-old-aks': {
    title: (_, say) => say('oldAks'),
    fix: (_, say) => fixBy('agent', 'config', say('fixAks'), { verify: 'kubelet-doctor settings' }),
  },
  'containers-differ': {
    title({ at, settings }, say) {
      const { variable } = given(settings[0]);
      return say('containers', { variable, container: firstOf(at), second: at.container.container });
    },
    fix({ at, settings }, say) {
      const { variable, value } = given(settings[0]);
      const action = say('fixContainers');
      return value === undefined ? fixBy('agent', 'config', action) : changeSettings(at, action, { [variable]: value });
    },
  },
  'ca-unused': {
    title: (_, say) => say('unusedCa'),
    fix: ({ at, settings }, say) =>
      changeSettings(at, say('fixCa', { where: whereToChange(at, pairOf(settings)[1]) }), { [VERIFY]: 'true' }),
  },
};

const NODE_NAME = ['- name: DD_KUBERNETES_KUBELET_NODENAME', '  valueFrom:', '    fieldRef:', '      fieldPath: spec.nodeName'].join('\n');

function pairOf([one, other]: Contradiction['settings']) {
  return [given(one), given(other)] as const;
}

function firstOf(at: Contradiction['at']): string {
  return given(at.configuration.containers[0]).container;
}

function evidenceOf({ name: kind, at, settings }: Contradiction, say: Words): Evidence[] {
  const { name } = at.configuration;
  if (settings.length === 0) return [citeBy('self/agent-configuration', name, say('sawNoToken', { name }))];
  if (kind === 'ca-of-old-aks') return [citeBy('self/agent-configuration', name, say('sawAks', { name, path: AKS_CA }))];
  if (kind === 'two-leaders')
    return settings.map((each) => citeBy('self/agent-configuration', name, say('sawLock', { name: each.source, lock: said(each) })));
  const containers = kind === 'containers-differ' ? [firstOf(at), at.container.container] : [];
  // Of one list as they stand in it: the later is the last.
  const ordered = kind === 'overruled' && isInOneList(settings) ? [...settings].reverse() : settings;
  return ordered.map((setting, index) => {
    const { variable, value, from = '' } = setting;
    const container = containers[index];
    if (container !== undefined)
      return citeBy(
        'self/agent-configuration',
        name,
        say('sawContainer', { variable, value: said(setting), container }),
        lookAt(at, variable),
      );
    const source = writtenIn(at, setting);
    const saw = value === undefined ? say('sawFrom', { variable, value: from, source }) : say('saw', { variable, value, source });
    return citeBy('self/agent-configuration', name, saw, lookAt(at, variable));
  });
}
