/** The table of options: what its rows say of each other is true of the table. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findWrongWord } from '../../src/setup/flag-errors.js';
import { keyOf, OPTION_GROUPS, type OptionSpec } from '../../src/setup/option-spec.js';
import { DEFAULTS, type Flags, OPTIONS, optionsOf } from '../../src/setup/options.js';
import { createTestHost } from '../host/files.js';

const ROWS: readonly OptionSpec[] = OPTIONS;
const names = ROWS.map(({ name }) => name);

describe('the table of options', () => {
  it('stands in the order of its headings', () => {
    const groups = ROWS.map(({ group }) => (group ? OPTION_GROUPS.indexOf(group) : -1));
    assert.deepEqual(
      groups,
      [...groups].sort((a, b) => a - b),
    );
    assert.ok(!groups.includes(-1));
  });

  it('gives no name twice, and names in its relations options that it has', () => {
    const all = ROWS.flatMap(({ name, alias, formerly }) => [name, alias, formerly].filter((each) => each !== undefined));
    assert.equal(new Set(all).size, all.length);
    for (const { name, needs, excludes } of ROWS)
      for (const other of [...(needs ? [needs.option] : []), ...(excludes?.options ?? [])])
        assert.ok(names.includes(other), `${name}: ${other}`);
  });

  it('has a placeholder wherever a value is, and choices where one of some is chosen', () => {
    for (const { name, type, value, choices } of ROWS) {
      assert.equal(value === undefined, type === 'switch', name);
      assert.equal(choices !== undefined, type === 'choice', name);
    }
  });

  it('keeps relations and readers: a sound default, a line for what is empty, alone, or beside what it excludes', (t) => {
    const host = createTestHost(t, {});
    const wrong = (flags: Record<string, unknown>) => findWrongWord(flags as Partial<Flags>, host) ?? '';
    assert.equal(wrong(DEFAULTS), '');
    for (const { name, type, needs, excludes } of ROWS) {
      const sound = type === 'switch' ? true : type === 'list' ? [] : type === 'process' ? '1' : 'a';
      if (type !== 'switch' && type !== 'list')
        assert.equal(wrong({ [name]: '' }), `--${name} has an empty value; give one or leave out the option`);
      if (type !== 'list') assert.match(wrong({ [keyOf(name)]: ['a', 'b'] }), /given more than once/);
      if (needs) assert.match(wrong({ [name]: sound }), new RegExp(`^--${name} .*--${needs.option}`));
      for (const other of excludes?.options ?? [])
        assert.match(wrong({ [name]: sound, [other]: 'a' }), new RegExp(`^--${name} .*--${other} `));
    }
  });

  it('lists options by their type', () => assert.deepEqual(optionsOf('directory'), ['root']));
});
