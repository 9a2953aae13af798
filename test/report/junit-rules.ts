/** The JUnit XML schema that Jenkins' xunit plugin and others publish, as a table; and a reader of XML that forgives nothing. */
import assert from 'node:assert/strict';

export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

/** Required and optional attributes, children in their order (`*` any number), of what the schema calls each element. */
const RULES: Record<string, { required: string[]; optional: string[]; children: string[] }> = {
  testsuites: { required: [], optional: ['name', 'time', 'tests', 'failures', 'disabled', 'errors'], children: ['testsuite'] },
  testsuite: {
    required: ['name', 'tests'],
    optional: ['failures', 'errors', 'time', 'disabled', 'skipped', 'timestamp', 'hostname', 'id', 'package'],
    children: ['properties', 'testcase', 'system-out', 'system-err'],
  },
  testcase: {
    required: ['name', 'classname'],
    optional: ['assertions', 'time', 'status'],
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
  },
  skipped: { required: [], optional: ['message'], children: [] },
  error: { required: [], optional: ['type', 'message'], children: [] },
  failure: { required: [], optional: ['type', 'message'], children: [] },
  'system-out': { required: [], optional: [], children: [] },
};
const NUMBERS = ['tests', 'failures', 'errors', 'skipped', 'time'];

export function junitProblems(element: Element): string[] {
  const rule = RULES[element.name];
  if (!rule) return [`<${element.name}> is unknown`];
  const { attributes, children } = element;
  const counts = (name: string) => children.filter((each) => each.children.some((inner) => inner.name === name)).length;
  return [
    ...rule.required.filter((name) => !(name in attributes)).map((name) => `<${element.name}> lacks ${name}`),
    ...Object.keys(attributes)
      .filter((name) => ![...rule.required, ...rule.optional].includes(name))
      .map((name) => `<${element.name}> has ${name}`),
    ...Object.entries(attributes)
      .filter(([name, value]) => NUMBERS.includes(name) && !/^\d+(\.\d+)?$/.test(value))
      .map(([name, value]) => `${name}="${value}" is no number`),
    ...children.filter((child) => !rule.children.includes(child.name)).map((child) => `<${child.name}> in <${element.name}>`),
    ...(element.name === 'testsuite' && attributes.tests !== String(children.length) ? ['tests is wrong'] : []),
    ...(element.name === 'testsuite' && attributes.failures !== String(counts('failure')) ? ['failures is wrong'] : []),
    ...(element.name === 'testsuite' && attributes.errors !== String(counts('error')) ? ['errors is wrong'] : []),
    ...(element.name === 'testsuite' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(attributes.timestamp ?? '') ? ['timestamp is wrong'] : []),
    ...children.flatMap(junitProblems),
  ];
}

/** Well-formed XML without CDATA, comments or a DTD, or an assertion fails. */
export function parseXml(xml: string): Element {
  assert.ok(xml.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n'));
  assert.doesNotMatch(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const rest = xml.slice(xml.indexOf('?>') + 2);
  let at = 0;
  for (const match of rest.matchAll(/<(\/?)([a-z-]+)((?: [\w-]+="[^"<]*")*)(\/?)>/g)) {
    const here = open.at(-1) as Element;
    here.text += characters(rest.slice(at, match.index));
    at = match.index + match[0].length;
    const [, closes, name = '', attributes = '', empty] = match;
    if (closes) {
      assert.equal(here.name, name);
      open.pop();
      continue;
    }
    const element: Element = { name, attributes: {}, children: [], text: '' };
    for (const [, key = '', value = ''] of attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)) {
      assert.ok(!(key in element.attributes), `${key} twice`);
      element.attributes[key] = characters(value);
    }
    here.children.push(element);
    if (!empty) open.push(element);
  }
  assert.equal(open.length, 1);
  assert.equal(root.children.length, 1);
  assert.equal(rest.slice(at).trim(), '');
  return root.children[0] as Element;
}

function characters(text: string): string {
  assert.doesNotMatch(text, /[<>]|&(?!(?:amp|lt|gt|quot|#\d+);)/);
  return text;
}
