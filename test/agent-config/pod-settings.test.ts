/** What of a pod's environment decides its needs, and that nothing else of it is kept. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { settingsOf } from '../../src/agent-config/pod-settings.js';

const KIND = 'DD_LEADER_ELECTION_DEFAULT_RESOURCE';
const container = (...env: object[]) => ({ name: 'agent', env });

it('keeps the kind and the name of the lock, and no more', () => {
  const env = [
    { name: KIND, value: 'leases' },
    { name: 'DD_LEADER_LEASE_NAME', value: 'release-leader-election' },
    { name: 'DD_API_KEY', value: 'secret' },
    { name: 'DD_CLUSTER_NAME', valueFrom: { configMapKeyRef: { name: 'a', key: 'b' } } },
  ];
  assert.deepEqual(settingsOf([container(...env), container()]), { [KIND]: 'leases', DD_LEADER_LEASE_NAME: 'release-leader-election' });
});

it('what is not set, or set to nothing, is the default', () => {
  assert.deepEqual(settingsOf([container({ name: KIND, value: '' }), {}]), {});
});

it('says nothing where it may be set out of sight', () => {
  assert.equal(settingsOf([{ name: 'agent', envFrom: [{ configMapRef: { name: 'settings' } }] }]), undefined);
  assert.equal(settingsOf([container({ name: KIND, valueFrom: { configMapKeyRef: { name: 'a', key: 'b' } } })]), undefined);
});
