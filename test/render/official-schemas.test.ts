/** SARIF and JUnit by the schemas their publishers made (data/README.md), beside our own, stricter rules in formats.test.ts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { renderJunit } from '../../src/render/junit.js';
import { renderSarif } from '../../src/render/sarif.js';
import { type Element, parseXml } from '../report/junit-rules.js';
import { merged } from '../report/merged-samples.js';
import { hostile, SAMPLES } from '../report/samples.js';

const data = (name: string) => readFileSync(new URL(`./data/${name}`, import.meta.url), 'utf8');

/** The words of draft-04 that it uses mean the same in draft-07, but for the name of `id`; a test holds that it uses no other. */
const { $schema: dialect, id: _id, ...sarifSchema } = JSON.parse(data('sarif-schema-2.1.0.json')) as Record<string, unknown>;
const validate = new Ajv({ allErrors: true, strict: false, validateFormats: false }).compile(sarifSchema);

const xsd = data('junit-10.xsd');
/** Attributes and children of an element, by the text of the XSD: its elements are all global, and none is nested in another. */
const rules = new Map(
  [...xsd.matchAll(/<xs:element name="([\w-]+)">([\s\S]*?)<\/xs:complexType>\s*<\/xs:element>/g)].map(([, name = '', body = '']) => [
    name,
    {
      attributes: [...body.matchAll(/<xs:attribute name="([\w-]+)"/g)].map((match) => match[1] ?? ''),
      required: [...body.matchAll(/<xs:attribute name="([\w-]+)"[^>]*use="required"/g)].map((match) => match[1] ?? ''),
      children: [...body.matchAll(/<xs:element ref="([\w-]+)"/g)].map((match) => match[1] ?? ''),
    },
  ]),
);
const TIME = new RegExp(`^(?:${/SUREFIRE_TIME[\s\S]*?pattern value="([^"]+)"/.exec(xsd)?.[1]})$`);

function faults({ name, attributes, children }: Element): string[] {
  if (['system-out', 'system-err'].includes(name)) return [];
  const rule = rules.get(name);
  if (!rule) return [`no <${name}>`];
  return [
    ...Object.keys(attributes)
      .filter((each) => !rule.attributes.includes(each))
      .map((each) => `<${name}> has ${each}`),
    ...rule.required.filter((each) => !(each in attributes)).map((each) => `<${name}> lacks ${each}`),
    ...children.filter((each) => !rule.children.includes(each.name)).map((each) => `<${each.name}> in <${name}>`),
    ...(name !== 'testcase' && attributes.time !== undefined && !TIME.test(attributes.time) ? [`time ${attributes.time}`] : []),
    ...children.flatMap(faults),
  ];
}

const noXmllint =
  spawnSync('xmllint', ['--version']).status === 0 ? false : 'no xmllint here; the rules read from the schema stand in for it';

describe('the official schemas', () => {
  it('are read as what they are', () => {
    assert.equal(dialect, 'http://json-schema.org/draft-04/schema#');
    assert.doesNotMatch(data('sarif-schema-2.1.0.json'), /"exclusiveM|"\$ref": "[^#]/);
    assert.equal(validate({ version: '2.1.0' }), false, 'runs is required');
    assert.deepEqual(rules.get('testcase')?.required, ['name']);
    assert.ok((rules.get('testsuite')?.children.length ?? 0) === 5);
    assert.notDeepEqual(faults({ name: 'testsuite', attributes: { name: 'x' }, children: [], text: '' }), []);
  });
  for (const [name, build] of Object.entries({ ...SAMPLES, hostile, merged })) {
    it(`take the SARIF of ${name}`, () => {
      assert.ok(validate(JSON.parse(renderSarif(build(), { pretty: false }))), JSON.stringify(validate.errors?.slice(0, 3)));
    });
    it(`take the JUnit of ${name}`, () => assert.deepEqual(faults(parseXml(renderJunit(build()))), []));
    it(`take the JUnit of ${name}, says xmllint`, { skip: noXmllint }, () => {
      const schema = fileURLToPath(new URL('./data/junit-10.xsd', import.meta.url));
      const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], {
        input: renderJunit(build()),
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
    });
  }
});
