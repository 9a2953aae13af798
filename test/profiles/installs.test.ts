/** What an agent needs follows from its settings, and is asked of the account that asks for it: an install as a file, and what changes of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { datadogClusterAgent } from '../../src/profiles/datadog-cluster-agent.js';
import { datadogClusterChecks } from '../../src/profiles/datadog-cluster-checks.js';
import { judgeInstall } from './installs.js';

const YAML = readFileSync(new URL('installs/cluster-agent.yaml', import.meta.url), 'utf8');
const AGENT = 'watch/obs-cluster-agent';
const RUNNER = 'watch/obs-runner';

/** Every change is one that the file has a place for. */
function changed(...pairs: [string | RegExp, string][]): string {
  return pairs.reduce((yaml, [from, to]) => {
    const next = yaml.replace(from, to);
    assert.notEqual(next, yaml, String(from));
    return next;
  }, YAML);
}

const agent = (yaml: string, more = {}) => judgeInstall({ yaml, account: AGENT, profile: datadogClusterAgent, ...more });
const runner = (yaml: string, more = {}) => judgeInstall({ yaml, account: RUNNER, profile: datadogClusterChecks, ...more });

const CLUSTER_CHECK: [RegExp, string] = [/init_config:/g, 'cluster_check: true\n    init_config:'];
const TO_RUNNER: [RegExp, string] = [/(name: obs-checks}\nsubjects: .*name: )obs-cluster-agent/, '$1obs-runner'];
const LOCK_RULE = "  - {apiGroups: [''], resources: [configmaps], resourceNames: [obs-leader-election], verbs: [get, update]}\n";
const setting = (name: string, value: string): [RegExp, string] => [new RegExp(`(name: ${name}, value: )[^}]+`), `$1'${value}'`];

describe('a Cluster Agent that is well', () => {
  const well: [string, string][] = [
    ['as it is installed', YAML],
    ['its checks on runners, with their rights', changed(CLUSTER_CHECK, TO_RUNNER)],
    [
      'external metrics without DatadogMetric',
      changed(setting('DD_EXTERNAL_METRICS_PROVIDER_ENABLED', 'true'), [
        "  - {apiGroups: [''], resources: [events], verbs: [list, watch]}",
        "  - {apiGroups: [''], resources: [events, configmaps], verbs: [get, list, watch, update]}\n  - {apiGroups: [authorization.k8s.io, authentication.k8s.io], resources: [subjectaccessreviews, tokenreviews], verbs: [create]}",
      ]),
    ],
    [
      'Endpoints alone, as nothing says EndpointSlices',
      changed(setting('DD_KUBERNETES_USE_ENDPOINT_SLICES', 'false'), [/.*\[endpointslices\].*\n/, '']),
    ],
    ['EndpointSlices alone, where they are on', changed([', endpoints, pods', ', pods'])],
    [
      'no explorer and no cluster ID',
      changed(
        setting('DD_ORCHESTRATOR_EXPLORER_ENABLED', 'false'),
        [/ {14}- \{key: orchestrator.*\n/, ''],
        [', datadog-cluster-id', ''],
        [/.*resourceNames: \[kube-system\].*\n/, ''],
      ),
    ],
    [
      'an old one, with what there was in its day',
      changed(
        ['cluster-agent:7.81.1', 'cluster-agent:1.21.0'],
        [/.*(replicationcontrollers\], verbs: \[get\]|customresourcedefinitions).*\n/, ''],
        [/.*customresourcedefinitions.*\n/, ''],
        [', networkpolicies', ''],
        [', controllerrevisions', ''],
      ),
    ],
  ];
  for (const [what, yaml] of well) {
    it(what, () => {
      const { missing, problems, exit } = agent(yaml);
      assert.deepEqual({ missing: [...missing], problems, exit }, { missing: [], problems: [], exit: 0 });
    });
    it(`${what}: from where no pod can be read`, () => {
      const { missing, problems } = agent(yaml, { outside: true });
      assert.deepEqual({ missing: [...missing], problems }, { missing: [], problems: [] });
    });
  }
});

describe('what is taken away is found', () => {
  const off: [string, string, RegExp][] = [
    ['the lock', changed([LOCK_RULE, '']), /^(get|update) configmaps obs-leader-election$/],
    [
      'the lock that the setting chooses',
      changed(setting('DD_LEADER_ELECTION_DEFAULT_RESOURCE', 'leases')),
      /leases\.coordination\.k8s\.io/,
    ],
    ['events', changed([/.*\[events\], verbs.*\n/, ''], [/namespaces, events, /, 'namespaces, ']), /^(list|watch) events$/],
    ['EndpointSlices', changed([/.*\[endpointslices\].*\n/, '']), /endpointslices/],
    ['Endpoints', changed(['endpoints, pods', 'pods'], setting('DD_KUBERNETES_USE_ENDPOINT_SLICES', 'false')), / endpoints$/],
    [
      'Endpoints, of an agent that reads both',
      changed(['endpoints, pods', 'pods'], ['cluster-agent:7.81.1', 'cluster-agent:7.75.0']),
      / endpoints$/,
    ],
    [
      'DatadogMetric, where it is on',
      changed([
        /( +)- \{name: DD_EXTERNAL_METRICS_PROVIDER_ENABLED, value: 'false'\}/,
        "$1- {name: DD_EXTERNAL_METRICS_PROVIDER_ENABLED, value: 'true'}\n$1- {name: DD_EXTERNAL_METRICS_PROVIDER_USE_DATADOGMETRIC_CRD, value: 'true'}",
      ]),
      /datadogmetrics|reviews|extension-apiserver/,
    ],
    ['the webhook of its name', changed(['resourceNames: [obs-webhook]', 'resourceNames: [datadog-webhook]']), /obs-webhook$/],
  ];
  for (const [what, yaml, found] of off)
    it(what, () => {
      const { missing, exit } = agent(yaml);
      assert.equal(exit, 1);
      assert.ok(missing.size > 0 && [...missing].every((each) => found.test(each)), [...missing].join('; '));
    });
  it('what the checks read: at whoever runs them', () => {
    const unbound = changed([/(name: obs-checks}\nsubjects: .*name: )obs-cluster-agent/, '$1nobody']);
    assert.ok(agent(unbound).missing.has('list resourcequotas'));
    assert.equal(runner(unbound).exit, 0);
    const handedOut = unbound.replace(/init_config:/g, 'cluster_check: true\n    init_config:');
    assert.equal(agent(handedOut).exit, 0);
    assert.ok(runner(handedOut).missing.has('list resourcequotas'));
    assert.equal(runner(changed(CLUSTER_CHECK, TO_RUNNER)).exit, 0);
  });
  it('but not what either of two may run, as long as nothing says which', () => {
    const unread = changed([/(name: obs-checks}\nsubjects: .*name: )obs-cluster-agent/, '$1nobody'], [/kind: ConfigMap/, 'kind: Other']);
    assert.deepEqual([...agent(unread).missing, ...runner(unread).missing], []);
  });
});

it('a binding to a role that is not there is no reason where that role could not have granted it', () => {
  const { problems, titles } = agent(changed([LOCK_RULE, '']));
  assert.deepEqual(problems, ['blocks leader-lock-forbidden'], titles.join('; '));
  const gone = agent(changed(['name: obs-cluster-agent, namespace: watch}\nrules', 'name: other, namespace: watch}\nrules']));
  assert.match(gone.titles.join('; '), /The agent's Role obs-cluster-agent does not exist/);
});
