import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inBlock } from '../../../src/kubernetes/cidr.js';
import { reduceEgress } from '../../../src/live/apiserver/egress-policies.js';

const policy = (name: string, spec: Record<string, unknown>) => ({ metadata: { name }, spec });
const LABELS = { app: 'agent', tier: 'node' };
const names = (...items: unknown[]) => reduceEgress({ items, metadata: {} }, LABELS).policies.map((p) => p.policy);

describe('egress policies', () => {
  it('are those that select our labels and limit egress', () => {
    const egress = { policyTypes: ['Egress'] };
    assert.deepEqual(
      names(
        policy('all', { podSelector: {}, ...egress }),
        policy('label', { podSelector: { matchLabels: { app: 'agent' } }, ...egress }),
        policy('other', { podSelector: { matchLabels: { app: 'web' } }, ...egress }),
        policy('ingress', { podSelector: {}, policyTypes: ['Ingress'] }),
        policy('old', { podSelector: {}, egress: [] }),
        policy('in', { podSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['node'] }] }, ...egress }),
        policy('not in', { podSelector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['node'] }] }, ...egress }),
        policy('exists', { podSelector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, ...egress }),
        policy('absent', { podSelector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, ...egress }),
      ),
      ['all', 'label', 'old', 'in', 'exists'],
    );
  });

  it('keep of our labels those that last', () => {
    const passing = {
      'controller-revision-hash': '7d9',
      'pod-template-generation': '3',
      'pod-template-hash': 'a1',
      'helm.sh/chart': 'datadog-3.240.0',
      'app.kubernetes.io/version': '7',
    };
    assert.deepEqual(reduceEgress({ items: [] }, { ...LABELS, ...passing, 'app.kubernetes.io/instance': 'dd' }).labels, {
      ...LABELS,
      'app.kubernetes.io/instance': 'dd',
    });
  });

  it('are reduced to addresses and TCP ports', () => {
    const rules = [
      {},
      { to: [{ podSelector: {} }] },
      {
        to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
        ports: [{ port: 10250 }, { protocol: 'UDP', port: 53 }, { port: 'https' }],
      },
      { ports: [{ port: 8000, endPort: 9000 }, { protocol: 'TCP' }] },
    ];
    const { policies, complete } = reduceEgress(
      { items: [policy('p', { podSelector: {}, egress: rules })], metadata: { continue: 'x' } },
      {},
    );
    assert.equal(complete, false);
    assert.deepEqual(policies[0]?.rules, [
      {},
      { blocks: [] },
      { blocks: [{ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }], ports: [{ from: 10250, to: 10250 }] },
      {
        ports: [
          { from: 8000, to: 9000 },
          { from: 1, to: 65_535 },
        ],
      },
    ]);
  });

  it('nonsense is no policy', () => assert.deepEqual(reduceEgress('x', {}), { policies: [], complete: true }));
});

describe('ranges', () => {
  const rows: [ip: string, cidr: string, inside: boolean][] = [
    ['10.0.0.7', '10.0.0.0/24', true],
    ['10.0.1.7', '10.0.0.0/24', false],
    ['10.0.0.7', '0.0.0.0/0', true],
    ['10.0.0.7', '10.0.0.7/32', true],
    ['10.0.0.7', '10.0.0.0', false],
    ['10.0.0.7', '10.0.0.0/33', false],
    ['fd00::7', 'fd00::/8', true],
    ['fe80::1', 'fd00::/8', false],
    ['10.0.0.7', '::/0', false],
    ['n1', '10.0.0.0/8', false],
    ['1:2:3:4:5:6:7:8', '1:2:3:4::/64', true],
    ['1::2::3', '::/0', false],
  ];
  for (const [ip, cidr, inside] of rows) it(`${ip} in ${cidr}: ${inside}`, () => assert.equal(inBlock(ip, cidr), inside));
});
