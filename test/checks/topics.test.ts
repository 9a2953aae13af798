/** The questions of the commands that put only some. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CHECKS } from '../../src/checks/index.js';
import { NODES_AND_WAY, NODES_OF_FILE, RIGHTS_CHECKS, SETTINGS_AND_WAY, SETTINGS_CHECKS } from '../../src/checks/topics.js';
import type { Check } from '../../src/model/check.js';

const WAY = ['apiserver-proxy', 'cluster-dns', 'apiserver-unreachable', 'apiserver-certificate', 'token', 'client-certificate', 'identity'];
const NAMED = ['named-node', 'named-account'];
const SETTINGS = ['agent-settings', 'agent-setting-values', 'agent-contradictions', 'agent-install', 'agent-mounts'];
const PLACEMENT = ['agent-daemonset', 'control-plane-placement', 'node-placement', 'pod-admission', 'agent-coverage', 'agent-duplicates'];
const questions = (checks: readonly Check[]) => checks.map(({ question }) => question);
const required = (checks: readonly Check[]) => questions(checks.filter((check) => check.required));

it('settings: those of the agent, alone or behind the way to the apiserver', () => {
  assert.deepEqual(questions(SETTINGS_CHECKS), SETTINGS);
  assert.deepEqual(questions(SETTINGS_AND_WAY), [...NAMED, ...WAY, 'agent-daemonset', ...SETTINGS]);
  assert.deepEqual(required(SETTINGS_AND_WAY), ['agent-settings']);
});

it('nodes: all of placement behind the way, and these must be answered', () => {
  assert.deepEqual(questions(NODES_AND_WAY), [
    ...NAMED,
    ...WAY,
    'kubelet-authority-file',
    ...PLACEMENT.slice(0, 4),
    'pod-waits',
    ...PLACEMENT.slice(4),
    'node-condition',
  ]);
  assert.deepEqual(required(NODES_AND_WAY), PLACEMENT);
  assert.deepEqual(questions(NODES_OF_FILE).slice(NODES_AND_WAY.length), ['agent-settings']);
  assert.deepEqual(required(NODES_OF_FILE), PLACEMENT);
});

it('rights: every question to the apiserver about them and about us, in the order of the registry', () => {
  const expected = [
    ...NAMED,
    'kubeconfig',
    ...WAY.filter((question) => question !== 'cluster-dns'),
    'kubelet-forbidden',
    'rbac-binding',
    'role-grants',
    'agent-permissions',
    'leader-lock',
    'event-bookmark',
    'role-excess',
    'review-forbidden',
    'deprecated-apis',
    'apiserver-answers',
  ];
  assert.deepEqual(questions(RIGHTS_CHECKS), expected);
  for (const check of RIGHTS_CHECKS) assert.ok(CHECKS.includes(check), 'as the registry has it');
});
