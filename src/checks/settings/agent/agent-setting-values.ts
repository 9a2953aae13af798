/** Can the agent use the values that are set for it? What it cannot read it takes for false, zero or nothing, and says so nowhere. */

import { isDnsName, isIp } from '../../../kubernetes/names.js';
import { defineCheck, type Evidence, type Fix, type Message } from '../../../model/check.js';
import type { AgentSetting } from '../../../model/facts.js';
import { type KnownSetting, knownSetting } from '../../../profiles/datadog-settings.js';
import { cutTo } from '../../shared/brief.js';
import { citeBy } from '../../shared/cite.js';
import { fixBy } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../../shared/kubelet.js';
import { notApplicable, pass, problem } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import {
  type Configured,
  changeSettings,
  configured,
  effective,
  hostFromApi,
  inContainer,
  isBoolean,
  isOn,
  lookAt,
  whereToChange,
  writtenIn,
} from '../shared/configuration.js';

/** Fields of the downward API that name the node. */
const FIELDS: Readonly<Record<string, RegExp>> = {
  DD_KUBERNETES_KUBELET_HOST: /^(status\.hostIPs?|spec\.nodeName)$/,
  DD_KUBERNETES_KUBELET_NODENAME: /^spec\.nodeName$/,
};
/** Without it there is no kubelet to talk to. */
const HOST = 'DD_KUBERNETES_KUBELET_HOST';
const VITAL: ReadonlySet<string> = new Set([HOST]);
const MEANT: Readonly<Record<string, string>> = { yes: 'true', y: 'true', on: 'true', no: 'false', n: 'false', off: 'false' };

interface Found extends Configured {
  setting: AgentSetting;
  known: KnownSetting;
  /** Nobody sets it, and it has to be set. */
  missing?: true;
  /** Undefined for an empty one. */
  wrong?: 'field' | 'bool' | 'port' | 'host' | 'name' | 'path' | 'seconds' | 'lock';
}

export const agentSettingValues = defineCheck({
  question: 'agent-setting-values',
  asks: 'Can the agent use the values that are set for it?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/agent-configuration'],
  words: {
    bool: '{variable}="{value}" is not a boolean: the agent reads false',
    port: '{variable}="{value}" is not a port: the agent reads 0',
    host: '{variable}="{value}" is not a host name or IP',
    name: '{variable}="{value}" is not a valid Kubernetes name',
    path: '{variable}="{value}" is not an absolute path',
    seconds: '{variable}="{value}" is not a number of seconds',
    lock: '{variable}="{value}" is neither lease nor configmap',
    field: '{variable} comes from {value}, not from the node',
    missing: '{variable} is not set: the agent finds no kubelet',
    sawMissing: '{name}: no {variable} among {count} settings',
    empty: '{variable} is empty: the agent treats it as unset',
    none: 'no agent configuration can be seen from here',
    saw: '{source}: {variable} = "{value}"',
    sawField: '{source}: {variable} from {value}',
    fixValue: 'Set {variable} to {value}{where}',
    fixBoolean: 'Set {variable} to true or false{where}',
    fixOther: 'Correct {variable}{where}, or remove it (default: {standard})',
    fixHost: 'Set {variable} from status.hostIP{where}',
    fixEmpty: 'Give {variable} a value{where}, or remove it',
  },
  causes: {
    'agent-setting-invalid': {
      title: 'setting the agent cannot read',
      means:
        'A setting has a value of the wrong kind. The agent does not refuse it: `DD_KUBELET_TLS_VERIFY=yes` turns verification off, a port that is not a number turns the port off, a URL in place of a host is looked up as a name. A relative path is looked for in the directory the agent runs in, bad seconds become the default, and an unknown leader lock becomes a Lease where the cluster has them.',
      happens:
        "YAML and shells have more words for true than the agent. A host was copied with https:// and port. A reference `$(NAME)` to a variable defined later, or not at all, stays as written. status.podIP was used as the node's address.",
      confirm: "`kubelet-doctor settings` shows each value and its source; in the agent's container:\n\n    agent config | grep -i kube",
      fix: 'Write it as the agent reads it: true or false, a plain number, a plain host, an absolute path. Take the kubelet host from status.hostIP: it is right on every node. The pods are replaced.',
      avoid: 'Do not set the same variable a second time: the agent reads one value, and the next reader sees the other.',
    },
    'agent-setting-empty': {
      title: 'missing or empty setting',
      means:
        "A variable is empty, or one without a default (the kubelet's host) is not set at all. For the agent both are the same: datadog.yaml or the default counts, and no default names the node.",
      happens:
        "A hand-written manifest without the kubelet's host, a template with a missing value, a key that its ConfigMap does not have (not an error with `optional: true`), or a value that was emptied to switch it off.",
      confirm: '`kubelet-doctor settings` shows it; the key of a ConfigMap:\n\n    kubectl -n NAMESPACE get configmap NAME -o yaml',
      fix: 'Give it a value, or remove it. The kubelet host belongs to status.hostIP of the downward API.',
      avoid: 'Do not empty a boolean to switch it off: the default may be true. Write false.',
    },
  },
  judge(view, say) {
    const all = configured(view.all('self/agent-configuration'));
    if (all.length === 0) return notApplicable(say('none'));
    const found = all.flatMap(findingsIn).sort((a, b) => weight(a) - weight(b));
    const [worst] = found;
    if (!worst) return pass(view.all('self/agent-configuration'));
    const { variable } = worst.setting;
    const vital = VITAL.has(variable);
    return problem(worst.wrong ? 'agent-setting-invalid' : 'agent-setting-empty', {
      proof: inTheirWords(worst.fact),
      severity: vital && worst.wrong ? 'blocks' : worst.wrong || vital ? 'degrades' : 'note',
      title: titleOf(worst),
      features: vital ? ALL_KUBELET_FEATURES : [],
      evidence: found.slice(0, 6).map(evidenceOf),
      fixes: found.slice(0, 4).map(fixOf),
    });

    function titleOf(at: Found): Message {
      const { setting, wrong, missing } = at;
      if (missing) return say('missing', { variable: setting.variable });
      const { variable, value = '', from = '' } = setting;
      if (wrong === 'field') return say('field', { variable, value: from });
      return wrong ? say(wrong, { variable, value: cutTo(value, 28) }) : say('empty', { variable });
    }
    function evidenceOf(at: Found): Evidence {
      const { name } = at.configuration;
      const none = at.missing && say('sawMissing', { name, variable: HOST, count: at.container.settings.length });
      const { variable, value, from = '' } = at.setting;
      const source = writtenIn(at, at.setting);
      const saw = none
        ? none
        : value === undefined
          ? say('sawField', { variable, value: from, source })
          : say('saw', { variable, value, source });
      return citeBy('self/agent-configuration', name, saw, lookAt(at, variable));
    }
    function fixOf(at: Found): Fix {
      const { variable, value = '' } = at.setting;
      const where = at.missing ? inContainer(at) : whereToChange(at, at.setting);
      if (variable === HOST) return hostFromApi(at, at.setting, say('fixHost', { variable, where }));
      const meant = MEANT[value.trim().toLowerCase()];
      if (at.wrong === 'bool' && meant)
        return changeSettings(at, say('fixValue', { variable, value: meant, where }), { [variable]: meant });
      if (at.wrong === 'bool') return fixBy('agent', 'config', say('fixBoolean', { variable, where }));
      if (!at.wrong) return changeSettings(at, say('fixEmpty', { variable, where }), { [variable]: undefined });
      const standard = at.known.standard || 'what it detects';
      return changeSettings(at, say('fixOther', { variable, where, standard }), { [variable]: undefined });
    }
  },
});

/** What blocks first, then what is wrong, then what is empty. */
function weight({ setting, wrong }: Found): number {
  return (VITAL.has(setting.variable) ? 0 : 2) + (wrong ? 0 : 1);
}

function findingsIn(at: Configured): Found[] {
  return [...missingIn(at), ...wrongOrEmpty(at)];
}

/** Of a template alone: an environment of our own is judged by what it leads to (question kubelet-address). */
function missingIn(at: Configured): Found[] {
  const { configuration, container } = at;
  const known = knownSetting(HOST);
  const named = container.settings.some(({ variable, meant }) => variable === HOST || meant?.current === HOST);
  const own = configuration.of !== 'process' && configuration.containers[0] === container;
  if (!known || named || !own || isOn(container, 'DD_EKS_FARGATE')) return [];
  return [{ ...at, known, missing: true, setting: { variable: HOST, source: configuration.name } }];
}

function wrongOrEmpty(at: Configured): Found[] {
  const { settings } = at.container;
  const variables = [...new Set(settings.map(({ variable }) => variable))];
  return variables.flatMap((variable): Found[] => {
    const known = knownSetting(variable);
    const setting = effective(at.container, variable) ?? settings.find((each) => each.variable === variable);
    if (!known || !setting) return [];
    const wrong = wrongIn(known, setting);
    // Templates leave many of them empty: worth a word where something else was meant, or a default takes its place.
    const empty = setting.value === '' && (VITAL.has(variable) || known.standard !== '' || setting.from !== undefined);
    return wrong || empty ? [{ ...at, setting, known, ...(wrong && { wrong }) }] : [];
  });
}

function wrongIn({ variable, kind }: KnownSetting, { value, from = '' }: AgentSetting): Found['wrong'] {
  // Only a field's meaning is known before the pod runs; what a Secret or a Service holds is not.
  if (value === undefined)
    return FIELDS[variable] && /^(status|spec|metadata)\./.test(from) && !FIELDS[variable].test(from) ? 'field' : undefined;
  if (value === '') return undefined;
  switch (kind) {
    case 'bool':
      return isBoolean(value) ? undefined : 'bool';
    case 'port':
      return /^\d{1,5}$/.test(value) && Number(value) < 65_536 ? undefined : 'port';
    case 'host':
      // `10.0.0.7:10250` has the letters of an IPv6 address, and is none.
      return (isIp(value.replace(/^\[(.*)\]$/, '$1')) && !/\.\d+:/.test(value)) || isDnsName(value.toLowerCase().replace(/\.$/, ''))
        ? undefined
        : 'host';
    case 'name':
      return isDnsName(value) ? undefined : 'name';
    case 'path':
      return /^(\/|[A-Za-z]:[\\/])/.test(value) ? undefined : 'path';
    case 'seconds':
      return /^[1-9]\d{0,6}$/.test(value) ? undefined : 'seconds';
    case 'lock':
      return /^(leases?|configmaps?)$/.test(value) ? undefined : 'lock';
    default:
      return undefined;
  }
}
