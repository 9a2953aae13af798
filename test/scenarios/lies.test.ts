/** What a server says is data: no lie of a kubelet, an apiserver or a proxy gets into advice, and no format obeys one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderReport } from '../../src/cli/render.js';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';
import { MARK } from '../../src/sim/answers/poison.js';
import { LIE_ROWS, LYING_FIELDS } from './lies.js';
import { diagnoseWorld, recordingIo, WORLDS_AT_ONCE } from './run.js';

const FORMATS = ['text', 'json', 'markdown', 'html', 'junit', 'sarif'] as const;
/** Everything that may be pasted into a shell, a file or an apiserver. */
const PASTED = ['steps', 'verify', 'reproduce', 'decide', 'elsewhere', 'command', 'yaml'];
/** 7-bit and 8-bit controls but tab and line feed, and what turns the direction of text. */
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

function pasted(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return PASTED.includes(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((each) => pasted(each, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => pasted(each, name));
}

let [outputs, commands] = [0, 0];

describe('lies', () => {
  describe('in each row', { concurrency: WORLDS_AT_ONCE }, () => {
    for (const { row, world, poison } of LIE_ROWS) {
      it(row, async () => {
        const { report, world: ran } = await diagnoseWorld(world, ['--verbose']);
        assert.ok(ran.lies > 0, 'the lie was told');
        assert.ok(
          !report.results.some((r) => r.outcome === 'crashed'),
          JSON.stringify(report.results.filter((r) => r.outcome === 'crashed')),
        );
        const advice = pasted(report as unknown as Report);
        commands += advice.length;
        // An object that a verified apiserver lists is named by its name, where that is one; nobody is made anything by it.
        const listed = poison.how === 'name' && poison.server === 'apiserver' && /^name(space)?$/.test(poison.fields.join());
        for (const line of advice)
          if (listed) assert.doesNotMatch(line, new RegExp(`(approve|--as=|kind: (User|Group)).*${MARK}`, 's'));
          else assert.ok(!line.includes(MARK), `advice holds a lie: ${line}`);
        if (poison.fields.includes('username'))
          for (const line of advice) assert.ok(!/certificate approve/.test(line), `a foreign request would be approved: ${line}`);
        for (const output of FORMATS) {
          const { io } = recordingIo({ width: 100 });
          const text = await renderReport(report, { output, verbose: true }, io);
          outputs += 1;
          assert.doesNotMatch(text, CONTROLS, output);
          if (output === 'html') assert.ok(!text.includes(`<img src=${MARK}`), `${output} holds a tag`);
          assert.ok(
            !text.includes('\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nsubjects: [{'),
            `${output} holds a document`,
          );
        }
        assert.ok(flatten(report.findings).every((f) => !f.cause.includes(MARK)));
      });
    }
  });
  it('every row was read in every format', (t) => {
    assert.ok(LYING_FIELDS > 50 && outputs === LIE_ROWS.length * FORMATS.length && commands > 0);
    t.diagnostic(`${LYING_FIELDS} fields, ${LIE_ROWS.length} worlds, ${outputs} outputs, ${commands} commands read`);
  });
});
