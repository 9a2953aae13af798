/** Profiles of the user's own: read as written, refused with the line that is wrong. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readProfileFile } from '../../src/setup/profile-file.js';
import { createTestHost } from '../host/files.js';

const GOOD = `profile: my-agent
account: {namespace: monitoring, name: my-agent}
features:
  - {feature: base, always: true, required: true, loses: everything}
  - {feature: events, environment: [MY_EVENTS=true]}
needs:
  - feature: base
    verbs: [get]
    resource: nodes
    subresource: metrics
  - feature: events
    verbs: [get, update]
    resource: configmaps
    name: bookmark
    namespace: agent
    kubernetes: {since: "1.20"}
`;

describe('a profile file', () => {
  it('has the schema of those that ship', async (t) => {
    const read = await readProfileFile('mine.yaml', createTestHost(t, { '/cwd/mine.yaml': GOOD }));
    assert.ok(!('error' in read), JSON.stringify(read));
    assert.equal(read.account.name, 'my-agent');
    assert.deepEqual(read.needs[1]?.namespace, 'agent');
    assert.deepEqual(read.hints, ['my-agent']);
  });

  it('may say what chooses the lock, and what makes a right needless', async (t) => {
    const mine = GOOD.replace('features:', 'locks: [{kind: configmap}]\nlockSetting: {variable: MY_LOCK, since: "2.0"}\nfeatures:').replace(
      'subresource: metrics',
      'subresource: metrics\n    unless: [MY_PROXY=true]',
    );
    const read = await readProfileFile('mine.yaml', createTestHost(t, { '/cwd/mine.yaml': mine }));
    assert.ok(!('error' in read), JSON.stringify(read));
    assert.deepEqual(read.lockSetting, { variable: 'MY_LOCK', since: '2.0' });
    assert.deepEqual(read.needs[0]?.unless, ['MY_PROXY=true']);
  });

  const faults: [string, string, RegExp][] = [
    [
      'resource: nodes\n',
      'resource: nodes/metrics\n',
      /mine\.yaml:9: resource nodes\/metrics is not valid; put the subresource under subresource/,
    ],
    ['verbs: [get]', 'verb: [get]', /mine\.yaml:8: verb is not a known key/],
    ['since: "1.20"', 'since: 1.20', /mine\.yaml:16: since must be a version in quotes/],
    ['feature: events\n    verbs', 'feature: evnts\n    verbs', /mine\.yaml:11: feature evnts is not one of features/],
    ['namespace: agent', 'namespace: monitoring', /mine\.yaml:15: namespace must be agent, cluster-wide or/],
    ['profile: my-agent', 'profile: My Agent', /mine\.yaml:1: profile must be/],
    ['verbs: [get]\n', 'verbs: [get\n', /mine\.yaml:\d+: /],
  ];
  for (const [from, to, says] of faults)
    it(`names the line: ${to.trim()}`, async (t) => {
      const read = await readProfileFile('mine.yaml', createTestHost(t, { '/cwd/mine.yaml': GOOD.replace(from, to) }));
      assert.ok('error' in read);
      assert.match(read.error, says);
    });

  it('is JSON as well', async (t) => {
    const json = JSON.stringify({
      profile: 'j',
      account: { namespace: 'a', name: 'b' },
      features: [{ feature: 'x', always: true }],
      needs: [{ feature: 'x', verbs: ['get'], path: '/metrics' }],
    });
    assert.ok(!('error' in (await readProfileFile('mine.json', createTestHost(t, { '/cwd/mine.json': json })))));
  });

  it('is missing', async (t) => {
    const read = await readProfileFile('none.yaml', createTestHost(t, {}));
    assert.match('error' in read ? read.error : '', /none\.yaml.*it is not a built-in profile or a readable file/);
  });
});
