import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { CHECKS, knownCauses } from '../../src/checks/index.js';
import { COMMANDS } from '../../src/cli/command-table.js';
import { hideSecrets } from '../../src/host/hide.js';
import { createRedactor } from '../../src/host/redact.js';

const hide = (text: string, ...secrets: string[]): string => {
  const redactor = createRedactor();
  for (const secret of secrets) redactor.register(secret);
  return hideSecrets(text, redactor);
};

describe('the gate at the door', () => {
  it('looks through a long list that stands in two places, and hides in both', () => {
    const redactor = createRedactor();
    redactor.register('abcdef.0123456789abcdef');
    const nodes = Array.from({ length: 300 }, (_, at) => ({
      node: at === 222 ? 'n-abcdef.0123456789abcdef' : `n${at}`,
      labels: {},
      ready: 'True',
    }));
    const hidden = hideSecrets({ facts: nodes, evidence: [nodes] }, redactor);
    assert.equal(hidden.facts[222]?.node, 'n-[redacted]');
    assert.deepEqual(hidden.evidence, [hidden.facts]);
    assert.equal(hidden.facts[223], nodes[223]);
  });

  it('of a long list looks at all names at once, and finds in it what it finds in each', () => {
    const secret = 'abcdef.0123456789abcdef';
    const redactor = createRedactor();
    redactor.register(secret);
    const names = Array.from({ length: 200 }, (_, at) => `ip-10-0-0-${at}.internal`);
    for (const odd of [
      secret,
      secret.replace('.', '-'),
      `x${secret.slice(3)}/y`,
      `token: ${secret}`,
      'password=hunter22x',
      'eyJhbGciOiJub25lIn0',
    ]) {
      const list = names.with(100, odd).map((node, at) => ({ node, [at === 50 ? `${odd}!` : 'zone']: 'a' }));
      assert.deepEqual(
        hideSecrets(list, redactor),
        list.map((each) => hideSecrets(each, redactor)),
        odd,
      );
      assert.ok(!JSON.stringify(hideSecrets(list, redactor)).includes(odd), odd);
    }
    const apart = names.with(3, secret.slice(0, 7)).with(4, secret.slice(7, 15)).with(5, secret.slice(15));
    assert.equal(hideSecrets(apart, redactor), apart);
  });

  it('lets our own commands through as they are', () => {
    for (const command of [
      `printf '{"spec":{"token":"%s"}}' "$(cat /token)" | kubectl create -f -`,
      'curl -H "Authorization: Bearer $(cat /token)" https://10.0.0.7:10250/pods',
      'cat <<END\n{"token": "$(cat /token)"}\nEND',
      "tr '\\0' '\\n' < /proc/1/environ | sed 's#//[^@/]*@#//#'",
    ])
      assert.equal(hide(command), command);
  });

  it('lets every word of ours through: of checks, causes, profiles, tables, help', async () => {
    const tables: unknown[] = [];
    for (const file of (await readdir('src/words')).filter((name) => name.endsWith('.ts')))
      for (const each of Object.values((await import(`../../src/words/${file}`)) as object)) if (each?.table) tables.push(each.table);
    assert.ok(tables.length > 5, `${tables.length}`);
    const words = {
      tables,
      checks: CHECKS.map(({ words: said, asks, causes }) => ({ said, asks, causes })),
      causes: knownCauses().map(({ docs }) => docs),
      help: COMMANDS.map(({ options, ...more }) => JSON.parse(JSON.stringify({ options, ...more }))),
    };
    assert.deepEqual(hideSecrets(words, createRedactor()), words);
  });

  it('hides a secret in its line, and the other lines can still be pasted', () => {
    const yaml = (token: string) => `users:\n- name: a\n  user:\n    token: ${token}\n\tcontext: b`;
    assert.equal(hide(yaml('s3cr3t-0f-th3irs')), `users:\n- name: a\n  user:\n    token: [redacted]\n\tcontext: b`);
    assert.equal(hide('a\n  b: known-secret-of-ours\n  c', 'known-secret-of-ours'), 'a\n  b: [redacted]\n  c');
  });

  it('hides one that goes on over lines, whatever becomes of these', () => {
    const secret = 'a-secret-that-is-broken-in-the-middle';
    const said = hide(`one\n${secret.slice(0, 15)}\n${secret.slice(15)}\nkey: sneaky-and-also-secret password: hunter22x`, secret);
    assert.ok(!said.includes(secret.slice(0, 15)) && !said.includes(secret.slice(15)) && !said.includes('hunter22x'), said);
    const pem = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkq\n'.repeat(5)}-----END PRIVATE KEY-----`;
    assert.ok(!hide(`here:\n${pem}\nend`).includes('MIIEvQ'));
  });
});
