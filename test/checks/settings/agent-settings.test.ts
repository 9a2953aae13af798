import { agentSettings } from '../../../src/checks/settings/agent/agent-settings.js';
import type { AnyFact, Place } from '../../../src/model/facts.js';
import { agent, ownAgent, settings } from '../configurations.js';
import { base, fact } from '../facts.js';
import { judgeTable } from '../table.js';

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
    witnesses: ['self/place'],
    says: /no kubelet host: it does not read KUBERNETES_KUBELET_HOST.*container metrics.*"fixes":\[\{[^}]*\{[^}]*\{[^}]*KUBERNETES_KUBELET_HOST[^}]*\}[^}]*\}[^}]*fieldPath: status.hostIP/,
  },
  {
    row: 'the old name beside the new one',
    facts: at({ renamedVariables: [HOST] }, { 'kubelet.host': '10.0.0.7' }),
    expect: { cause: 'agent-settings-renamed' },
    witnesses: ['self/place'],
    neverSays: /container metrics/,
  },
  {
    row: 'another one',
    facts: at({ renamedVariables: [CA] }, { 'kubelet.host': '10.0.0.7' }),
    expect: { cause: 'agent-settings-renamed' },
    witnesses: ['self/place'],
    says: /Rename KUBELET_CLIENT_CA to DD_KUBELET_CLIENT_CA/,
  },
  {
    row: 'at a workstation, with no DaemonSet in sight',
    facts: at({ place: 'workstation', agentEnvironment: false }),
    expect: 'cannot-tell',
    wants: ['self/agent-configuration'],
  },
  {
    row: 'in a DaemonSet: its own words, and a rename where the value is known',
    facts: [...at({ place: 'workstation', agentEnvironment: false }), agent(settings('KUBELET_TLS_VERIFY=false'))],
    expect: { cause: 'agent-settings-renamed' },
    witnesses: ['self/agent-configuration'],
    says: /DaemonSet datadog\/datadog-agent.*set env daemonset\/datadog-agent -c agent KUBELET_TLS_VERIFY- DD_KUBELET_TLS_VERIFY=false/,
  },
  {
    row: 'a DaemonSet with the names of today',
    facts: [agent(settings('DD_KUBELET_TLS_VERIFY=false', 'KUBELET_TLS_VERIFY=true'))],
    expect: 'pass',
  },
  {
    row: 'a key of the chart in another section',
    facts: [
      agent([
        { variable: 'datadog.tolerations', source: 'datadog.tolerations', meant: { why: 'misplaced', current: 'agents.tolerations' } },
      ]),
    ],
    expect: { cause: 'agent-setting-misspelt', severity: 'degrades' },
    witnesses: ['self/agent-configuration'],
    says: /Nothing reads datadog\.tolerations: the key is agents\.tolerations.*Move datadog\.tolerations/,
  },
  {
    row: 'a name that nobody reads, of the host: it comes before a renamed one',
    facts: [agent(settings('KUBELET_TLS_VERIFY=false', 'DD_KUBELET_HOST<status.hostIP'))],
    expect: { cause: 'agent-setting-misspelt', severity: 'degrades' },
    witnesses: ['self/agent-configuration'],
    says: /container metrics.*status\.hostIP/,
  },
  {
    row: "the node's name, where that was meant",
    facts: [agent(settings('KUBERNETES_KUBELET_HOST<spec.nodeName'))],
    expect: { cause: 'agent-settings-renamed' },
    witnesses: ['self/agent-configuration'],
    says: /Replace KUBERNETES_KUBELET_HOST with.*fieldPath: spec\.nodeName/,
    neverSays: /status\.hostIP/,
  },
  {
    row: 'misspelt in our own environment',
    facts: [...base({ 'kubelet.host': '10.0.0.7' }), ownAgent(settings('DD_KUBELET_VERIFY_TLS=false'))],
    expect: { cause: 'agent-setting-misspelt' },
    witnesses: ['self/agent-configuration'],
  },
  {
    row: 'a key of the chart is no variable',
    facts: [
      fact(
        'self/agent-configuration',
        {
          of: 'file',
          install: 'container',
          name: 'the values in values.yaml',
          containers: [
            {
              container: 'agent',
              settings: [{ variable: 'kubelet.host', source: 'x', meant: { why: 'misspelt', current: 'datadog.kubelet.host' } }],
            },
          ],
        },
        'the values in values.yaml',
      ),
    ],
    expect: { cause: 'agent-setting-misspelt' },
    witnesses: ['self/agent-configuration'],
    neverSays: /kubectl/,
  },
]);
