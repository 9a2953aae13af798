/** What a server says may have any shape: every reducer makes something of it, or nothing; none throws. They are found in the source tree. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { reduceDaemonSet } from '../../../src/agent-config/reduce-workload.js';
import { configMapsOf, dataOf, readTemplate } from '../../../src/agent-config/template-settings.js';
import { agentInValues } from '../../../src/agent-config/values-file.js';
import { createRedactor } from '../../../src/host/redact.js';
import { reduceEgress } from '../../../src/live/apiserver/egress-policies.js';
import { reduceNode } from '../../../src/live/apiserver/reduce.js';
import {
  marksOf,
  reduceAgentPod,
  reducePlacementNode,
  reducePodEvent,
  reducePortHolder,
  reduceRefusedCreate,
} from '../../../src/live/apiserver/reduce-placement.js';
import { recognisePayload } from '../../../src/probes/connection/payload.js';
import { OBJECTS } from '../../fuzz/seeds.js';
import { oddForms } from '../../support/adversarial.js';

const { clean } = createRedactor();
const { pod, node, daemonSet } = OBJECTS;
const policies = {
  items: [
    {
      metadata: { name: 'a' },
      spec: {
        podSelector: { matchLabels: { app: 'agent' } },
        policyTypes: ['Egress'],
        egress: [{ ports: [{ port: 443, endPort: 500 }], to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
      },
    },
  ],
};
const event = {
  reason: 'FailedCreate',
  message: 'pods "a" is forbidden',
  involvedObject: { kind: 'DaemonSet', namespace: 'd', name: 'agent' },
  count: 3,
  lastTimestamp: '2026-01-01T00:00:00Z',
};
const values = {
  datadog: {
    kubelet: { tlsVerify: false, host: { valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } } },
    env: [{ name: 'A', value: 'b' }],
  },
  agents: { tolerations: [] },
};

/** A good object, and who reduces it. */
const REDUCERS: Readonly<Record<string, [whole: unknown, reduce: (json: unknown) => unknown]>> = {
  reduceNode: [node, (json) => reduceNode(json, clean)],
  reducePlacementNode: [node, (json) => reducePlacementNode(json, new Set(['a']))],
  reduceAgentPod: [pod, (json) => reduceAgentPod(json, marksOf([]))],
  reducePortHolder: [pod, (json) => reducePortHolder(json, { ...marksOf([]), ports: ['8125/TCP'] })],
  reduceRefusedCreate: [event, reduceRefusedCreate],
  reducePodEvent: [{ ...event, type: 'Warning', involvedObject: { kind: 'Pod', name: 'agent' } }, (json) => reducePodEvent(json, 'agent')],
  reduceDaemonSet: [daemonSet, reduceDaemonSet],
  reduceEgress: [policies, (json) => reduceEgress(json, { app: 'agent' })],
  readTemplate: [pod.spec, (json) => [readTemplate(json, 'file', 'name', new Map()), configMapsOf(json), dataOf(json)]],
  agentInValues: [values, (json) => agentInValues(json, 'values.yaml')],
  recognisePayload: [
    { kind: 'PodList', items: [pod], node: { nodeName: 'n1' } },
    (json) => ['/pods', '/configz', '/stats/summary'].map((path) => recognisePayload(path, JSON.stringify(json) ?? '')),
  ],
};
/** It takes words, no JSON. */
const OF_WORDS = ['reduceSecondSight'];

describe('a reducer of answers', () => {
  it('has a row here', () => {
    const folders = ['src/live/apiserver', 'src/live/kubelet', 'src/agent-config'];
    const paths = folders.flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => `${folder}/${file}`));
    const files = paths.filter((file) => file.endsWith('.ts')).map((file) => readFileSync(file, 'utf8'));
    const found = files.flatMap((text) => [...text.matchAll(/^export function (reduce\w+)\(/gm)].map(([, name = '']) => name));
    assert.deepEqual(
      found.filter((name) => !OF_WORDS.includes(name) && !(name in REDUCERS)),
      [],
    );
    assert.ok(found.length > 5, `${found}`);
  });

  for (const [name, [whole, reduce]] of Object.entries(REDUCERS))
    it(`${name} throws for no shape`, () => {
      assert.doesNotThrow(() => reduce(whole));
      for (const odd of oddForms(whole)) assert.doesNotThrow(() => JSON.stringify(reduce(odd)), JSON.stringify(odd)?.slice(0, 300));
    });
});
