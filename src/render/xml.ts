/** Words of others inside XML and HTML: they stay words. */

/** Not allowed in XML 1.0 even as a reference, or never a character: half a surrogate pair, U+FFFE and U+FFFF. */
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const NAMED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text and for attribute values in either kind of quotes. */
export function escapeMarkup(text: string): string {
  return text
    .replace(FORBIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/[&<>"']/g, (character) => NAMED[character] ?? character);
}

/** As `escapeMarkup`, and a newline stays one: attribute values are normalised by an XML parser. */
export function escapeAttribute(text: string): string {
  return escapeMarkup(text).replace(/[\t\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** ` name="value"` for each that has a value. */
export function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${escapeAttribute(String(value))}"`))
    .join('');
}
