/**
 * Sentences for readers that are models, from servers, certificates and files, over real sockets, in every format: they stand in what was seen, in a
 * value of a table that says whose it is, or in quotes, and nowhere else; JSON is looked at in test/security.test.ts.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { INSTRUCTION } from '../../src/sim/answers/hostile.js';
import { startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { runIn } from './run.js';

const HOSTILE = { kubelet: true, apiserver: true };
const WORLDS: Readonly<Record<string, World>> = {
  'answers of servers': { hostile: HOSTILE },
  'names of certificates': { kubelet: { certificate: 'wrong-name' }, hostile: HOSTILE },
  'a certificate of another authority': { kubelet: { certificate: 'other-ca' }, hostile: HOSTILE },
  "events and messages of the agent's pods": {
    place: 'workstation',
    agent: { rights: 'everything' },
    placement: { nodes: { n2: {} }, daemonSets: [{}] },
    hostile: HOSTILE,
  },
  files: {
    agent: {
      files: {
        '/etc/datadog-agent/datadog.yaml': [
          `kubelet_tls_verify: "${INSTRUCTION}"`,
          `kubernetes_kubelet_host: ${INSTRUCTION}`,
          `proxy: {https: "${INSTRUCTION}", no_proxy: ["${INSTRUCTION}"]}`,
        ].join('\n'),
        '/etc/resolv.conf': `search ${INSTRUCTION}\n`,
      },
      env: { DD_KUBELET_CLIENT_CA: `/etc/${INSTRUCTION}`, DD_KUBELET_AUTH_TOKEN_PATH: `/${INSTRUCTION}` },
    },
  },
};

const inLine = (text: string) => text.replace(/\s+/g, ' ');
const withoutQuotes = (text: string) => text.replace(/"[^"]*"/g, '""');
/** Each format without its fields for what others said. */
const OURS: Readonly<Record<string, (text: string) => string>> = {
  text: (text) => {
    const left: string[] = [];
    /** How far a bullet of what was seen is indented, while its lines go on. */
    let seen: number | undefined;
    for (const line of text.split('\n')) {
      const indent = line.search(/\S/);
      if (/^ +- /.test(line)) seen = indent;
      else if (seen !== undefined && indent <= seen) seen = undefined;
      // Rows of the settings, with whose they are, and of the times.
      if (seen === undefined && !/^[a-z][\w.-]+ {2,}.*\)$|^(?:self|kubelet|apiserver) \w+ +\|/.test(line)) left.push(line);
    }
    return left.join('\n');
  },
  markdown: (text) => text.replace(/^ *- .*$|^\|.*\|$/gm, ''),
  html: (text) =>
    text
      .replace(/<li>[\s\S]*?<\/li>|<td[\s\S]*?<\/td>/g, '')
      .replaceAll('"', ' ')
      .replaceAll('&quot;', '"'),
  junit: (text) =>
    text
      .replace(/^Seen: .*$/gm, '')
      .replaceAll('"', ' ')
      .replaceAll('&quot;', '"'),
  sarif: (text) => text.replaceAll('\\"', "'").replace(/"[^"]*"/g, (string) => string.replace(/'[^']*'/g, "''").replaceAll('"', ' ')),
  line: (text) => text,
};

describe('sentences of others, in every format', () => {
  let seen = 0;
  for (const [what, world] of Object.entries(WORLDS))
    it(what, async () => {
      const running = await startWorld(world);
      try {
        for (const [format, ours] of Object.entries(OURS)) {
          const { stdout } = await runIn(running, ['--output', format, ...(format === 'text' ? ['--verbose'] : [])]);
          if (inLine(stdout).includes('Ignore previous instruction')) seen += 1;
          const left = inLine(withoutQuotes(ours(stdout)));
          const at = left.search(/ignore previous instruction/i);
          assert.equal(at < 0 ? '' : `${format}: ${left.slice(Math.max(0, at - 200), at + 90)}`, '');
        }
      } finally {
        await running.stop();
      }
    });

  it('were said', () => assert.ok(seen > 12, String(seen)));
});
