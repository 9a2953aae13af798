import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closeUp, indentBlock, pasteBlock, proseWidth, wrap } from '../../src/render/style.js';
import { cut, neutraliseAll } from '../../src/report/plain-text.js';
import { neutralise } from '../../src/words/visible.js';

describe('style', () => {
  it('neutralise shows controls instead of obeying them, and keeps lines and tabs', () => {
    assert.equal(neutralise('a\u001b[2Jb\u0007\u009b1m\u202e\u200b\r\n\tc'), 'a\\x1b[2Jb\\x07\\x9b1m\\u{202e}\\u{200b}\\x0d\n\tc');
    assert.equal(neutralise('Zürich ✓ 東京 — fine'), 'Zürich ✓ 東京 — fine');
  });

  it('neutraliseAll reaches keys and depths, and leaves numbers alone', () => {
    assert.deepEqual(neutraliseAll({ 'a\u0007': [{ b: '\u001b', c: 1, d: null, e: true }] }), {
      'a\\x07': [{ b: '\\x1b', c: 1, d: null, e: true }],
    } as object);
  });

  it('wrap never breaks a word and hangs the rest', () => {
    assert.deepEqual(wrap('one two  three\nfour', 10, '- '), ['- one two', '  three', '  four']);
    assert.deepEqual(wrap('https://example.org/long one', 10), ['https://example.org/long', 'one']);
    assert.deepEqual(wrap('', 10, '- '), ['- ']);
  });

  it('cut marks what is missing', () => assert.deepEqual([cut('abcd', 4), cut('abcde', 4), cut('✓✓✓', 2)], ['abcd', 'abc…', '✓…']));

  it('proseWidth stops at 100', () => assert.deepEqual([10, 80, 200].map(proseWidth), [30, 80, 100]));

  it('blocks are one entry and keep their own blank lines', () => {
    assert.deepEqual(indentBlock('a\n\n\n  b\n', '  '), ['  a\n\n\n    b']);
    assert.deepEqual(pasteBlock('cat <<EOF\nx\nEOF', '  '), ['cat <<EOF\nx\nEOF']);
    assert.deepEqual(pasteBlock('a: b\n---\nc: d', '  '), ['a: b\n---\nc: d']);
    assert.deepEqual(pasteBlock('kubectl apply -f x', '  '), ['  kubectl apply -f x']);
    assert.deepEqual(pasteBlock('cat <<< "$x"', '  '), ['  cat <<< "$x"']);
  });

  it('closeUp', () => assert.deepEqual(closeUp(['a', '', '', 'b', '']), ['a', '', 'b']));
});
