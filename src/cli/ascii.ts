/** Text for a terminal whose locale is C or POSIX, where every byte above 127 would be shown as something else. */

const SIGNS: Readonly<Record<string, string>> = {
  '✓': '+',
  '✗': 'x',
  '×': 'x',
  '–': '-',
  '—': '-',
  '−': '-',
  '…': '...',
  '→': '->',
  '←': '<-',
  '↳': '->',
  '↔': '<->',
  '⇒': '=>',
  '•': '*',
  '·': '*',
  '▸': '>',
  '\u2018': "'",
  '\u2019': "'",
  '\u201c': '"',
  '\u201d': '"',
  '≥': '>=',
  '≤': '<=',
  '≠': '!=',
  '±': '+/-',
  '§': 'section ',
  '\u00a0': ' ',
};

/** Signs of ours by ones that mean the same, letters without their accents; of what is left, a question mark for each. */
export function asciiOnly(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (sign) => SIGNS[sign] ?? boxPart(sign) ?? withoutAccent(sign));
}

/** Box Drawing and Block Elements, U+2500 to U+259F. */
function boxPart(sign: string): string | undefined {
  const code = sign.codePointAt(0) ?? 0;
  if (code < 0x2500 || code > 0x259f) return undefined;
  if ('─━┄┅┈┉╌╍═╴╶╸╺╼╾'.includes(sign)) return '-';
  if ('│┃┆┇┊┋╎╏║╵╷╹╻╽╿'.includes(sign)) return '|';
  return code >= 0x2580 ? '#' : '+';
}

function withoutAccent(sign: string): string {
  const [first = ''] = sign.normalize('NFKD');
  return first <= '\x7f' ? first : '?';
}
