import { agentSettings } from '../../src/checks/agent-settings.js';
import type { AnyFact, Place } from '../../src/model/facts.js';
import { base } from './facts.js';
import { judgeTable } from './table.js';

const HOST = { old: 'KUBERNETES_KUBELET_HOST', current: 'DD_KUBERNETES_KUBELET_HOST' };
const CA = { old: 'KUBELET_CLIENT_CA', current: 'DD_KUBELET_CLIENT_CA' };
const at = (change: Partial<Place>, settings: Record<string, string> = {}): AnyFact[] =>
  base(settings).map((f) =>
    f.kind === 'place' && f.outcome.status === 'observed' ? { ...f, outcome: { ...f.outcome, data: { ...f.outcome.data, ...change } } } : f,
  );

judgeTable(agentSettings, [
  { row: 'names of today', facts: base(), expect: 'pass' },
  { row: 'not looked', facts: [], expect: 'cannot-tell' },
  { row: 'no agent here', facts: at({ agentEnvironment: false }), expect: 'not-applicable' },
  {
    row: 'the host under its old name only: nothing names the kubelet',
    facts: at({ renamedVariables: [CA, HOST], agentEnvironment: false }),
    expect: { cause: 'agent-settings-renamed', severity: 'degrades' },
    says: /set as KUBERNETES_KUBELET_HOST.*container metrics.*"fixes":\[\{[^}]*\{[^}]*\{[^}]*KUBERNETES_KUBELET_HOST[^}]*\}[^}]*\}[^}]*fieldPath: status.hostIP/,
  },
  {
    row: 'the old name beside the new one',
    facts: at({ renamedVariables: [HOST] }, { 'kubelet.host': '10.0.0.7' }),
    expect: { cause: 'agent-settings-renamed' },
    neverSays: /container metrics/,
  },
  {
    row: 'another one',
    facts: at({ renamedVariables: [CA] }, { 'kubelet.host': '10.0.0.7' }),
    expect: { cause: 'agent-settings-renamed' },
    says: /rename KUBELET_CLIENT_CA to DD_KUBELET_CLIENT_CA/,
  },
]);
