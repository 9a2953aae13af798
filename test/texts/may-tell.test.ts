/** Most lines of a log are passed over by a few words, before anything else is looked for: no fragment may be lost by that, in none of its ways. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FRAGMENTS } from '../../src/texts/fragments/index.js';
import { MAY_TELL } from '../../src/texts/read.js';
import { waysOf } from '../support/patterns.js';

/** An address, a name or a row of a table: it tells beside the words of an error, or in its table, and not alone. */
const NOT_ALONE: readonly string[] = ['cadvisor-port', 'port-zero', 'host-empty', 'host-gateway', 'dns-world', 'row-ready'];

describe('a line is not passed over', () => {
  for (const { id, text } of FRAGMENTS.filter((each) => !NOT_ALONE.includes(each.id)))
    it(id, () => {
      const ways = waysOf(text);
      assert.ok(ways.length > 0, 'no text for it was made');
      assert.deepEqual(
        ways.filter((way) => !MAY_TELL.test(way)),
        [],
      );
    });
});
