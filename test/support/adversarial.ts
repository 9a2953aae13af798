/** Texts that break readers: too deep, too many, of no type, cut anywhere. Each is within the bytes that are read of a file. */

const times = (count: number, line: (at: number) => string) => Array.from({ length: count }, (_, at) => line(at)).join('');

/** By what is odd about them. */
export const ODD_TEXTS: Readonly<Record<string, string>> = {
  empty: '',
  blank: ' \n'.repeat(250_000),
  'NUL bytes': '\0'.repeat(250_000),
  'one long word': 'x'.repeat(1_000_000),
  'comments alone': '#\n'.repeat(200_000),
  'nested flow lists': '['.repeat(150_000),
  'nested flow mappings': '{a: '.repeat(200_000),
  'nested dashes': '- '.repeat(200_000),
  'nested question marks': '? '.repeat(200_000),
  'nested colons': ': '.repeat(200_000),
  'nested merge keys': '<<: '.repeat(200_000),
  'nested by indent': times(1400, (at) => `${' '.repeat(at)}a:\n`),
  'nested JSON': `${'{"a":['.repeat(50_000)}1${']}'.repeat(50_000)}`,
  'block scalars': '|\n'.repeat(150_000),
  'empty flow entries': `[${','.repeat(250_000)}]`,
  'anchors alone': '&a '.repeat(150_000),
  'tags alone': '!x '.repeat(150_000),
  'directives alone': '%A\n'.repeat(250_000),
  documents: '---\n'.repeat(250_000),
  'many keys': times(90_000, (at) => `k${at}: 1\n`),
  'one key many times': 'a: b\n'.repeat(150_000),
  'many JSON keys': `{"kind":"Config",${times(60_000, (at) => `"k${at}":${at},`)}"z":1}`,
  'a chain of aliases': `a0: &a0 [x]\n${times(20_000, (at) => `a${at + 1}: &a${at + 1} [*a${at}]\n`)}`,
  'a bomb of aliases': `l0: &l0 [x]\n${times(12, (at) => `l${at + 1}: &l${at + 1} [${Array(10).fill(`*l${at}`).join(', ')}]\n`)}`,
  'an alias of itself': 'a: &a [*a]\nb: *a\n',
  'PEM that never ends': '-----BEGIN CERTIFICATE-----\n'.repeat(37_000),
  'keys that never end': '-----BEGIN PRIVATE KEY-----\n'.repeat(37_000),
  'PEM of nothing': '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n'.repeat(16_000),
  'many mounts': times(9000, (at) => `${at} 1 0:${at} / /a${at} rw - tmpfs tmpfs rw,size=1e999k\n`),
  'many columns': `${'1 '.repeat(250_000)}\n`,
  'many colons on a line': `${'a:'.repeat(200_000)}\n`,
  'words and NUL': 'kubelet\0--config=/x\0'.repeat(50_000),
  'variables alone': times(60_000, (at) => `A${at}=1\0`),
  'one option many times': `/usr/bin/kubelet\0${'--v=1\0'.repeat(150_000)}`,
  nameservers: 'nameserver 1.1.1.1\nsearch a b c\noptions ndots:99999999999999\n'.repeat(12_000),
  'half characters': '\ud800'.repeat(150_000),
};

/** What stands where a number, a date or a word should: nothing of the kind holds it. */
export const ODD_VALUES: readonly unknown[] = [
  null,
  '',
  [],
  {},
  [[]],
  [null],
  false,
  0,
  -1,
  0.5,
  1e308,
  -1e308,
  8.64e15 + 1,
  2 ** 53,
  'NaN',
  '1e999',
  '-1',
  '18446744073709551616',
  '99999999999999999999h',
  '+275761-01-01T00:00:00Z',
  '-271822-01-01T00:00:00Z',
  '2026-02-30T25:61:61Z',
  '0000-00-00T00:00:00Z',
  'a'.repeat(100_000),
  '\ud800',
  '__proto__',
];

/** The value with each part of it, one at a time, replaced by each odd value, or taken away; parts alike in a list once. */
export function* oddForms(whole: unknown): Generator<unknown> {
  for (const path of pathsOf(whole)) {
    for (const odd of ODD_VALUES) yield replaced(whole, path, odd);
    yield replaced(whole, path, undefined);
  }
}

type Step = string | number;

function pathsOf(value: unknown, path: readonly Step[] = []): Step[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  const inner = Array.isArray(value)
    ? value.slice(0, 2).flatMap((each, at) => pathsOf(each, [...path, at]))
    : Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, key]));
  return [[...path], ...inner];
}

function replaced(value: unknown, [step, ...rest]: readonly Step[], by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((each, at) => (at === step ? replaced(each, rest, by) : each));
  return Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, key === step ? replaced(each, rest, by) : each]));
}

/** Numbers and dates of the right type that no clock, size or version has. */
export const ODD_LEAVES: readonly (number | string)[] = [
  -1,
  0,
  0.5,
  1e308,
  -1e308,
  8.64e15 + 1,
  2 ** 53,
  '+275761-01-01T00:00:00Z',
  '2026-02-30T25:61:61Z',
  'no date',
  '',
];

const DATE = /^[+-]?\d{4,6}-\d\d-\d\dT/;

/** Every number of a value, or every date, replaced by this one. */
export function withLeaves(value: unknown, odd: number | string): unknown {
  if (typeof value === 'number') return typeof odd === 'number' ? odd : value;
  if (typeof value === 'string') return typeof odd === 'string' && DATE.test(value) ? odd : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => withLeaves(each, odd));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withLeaves(each, odd)]));
}
