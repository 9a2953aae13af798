/** Line three: the machine it ran on, and beside it the node that it is about, whoever named that one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnyFact } from '../../src/model/facts.js';
import { placeWords } from '../../src/report/where/places.js';
import { whereOf } from '../../src/report/where/where.js';
import { atWorkstation, fact, inPod, nodeObject } from '../checks/facts.js';

const on = (node?: string) => inPod(node ? { node } : {});
const claims = (node: string) =>
  fact('apiserver/credential', { as: 'token', source: 'agent.token', token: { audiences: [], legacy: false, node } }, 'token');
const byFlag = (node: string) => fact('self/settings', [{ setting: 'node', value: node, origin: 'flag', source: '--node' }]);
const atDesk = atWorkstation({ node: 'n1' });

const rows: [row: string, facts: AnyFact[], ran: string, about: string | undefined][] = [
  ['only we know it', [on('n1')], "in the agent's pod on n1", undefined],
  ['the Node of our own name', [on('n1'), nodeObject({ node: 'n1.example' })], "in the agent's pod on n1.example", undefined],
  ['a flag names another', [on('n1'), byFlag('n2')], "in the agent's pod on n1", 'n2'],
  ['a variable names another: its Node was read', [on('n1'), nodeObject({ node: 'n2' })], "in the agent's pod on n1", 'n2'],
  ['a token of a pod of another was brought along', [on('n1'), claims('n2')], "in the agent's pod on n1", 'n2'],
  ['where we are is not known', [on(), claims('n2')], "in the agent's pod on n2", undefined],
  ['a workstation is on no node', [atDesk, claims('n2')], 'at a workstation', undefined],
];

describe('line three names the machine that we are on', () => {
  for (const [row, facts, ran, about] of rows)
    it(row, () => {
      const where = whereOf(facts);
      assert.equal(placeWords(where), ran);
      assert.equal(where.machine && where.node, about);
    });
});
