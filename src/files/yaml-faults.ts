/**
 * Why a text is no YAML, in our words. What the library says quotes the text, and what is wrong in a kubeconfig is often the token: one that begins
 * with a sign that YAML reads, and without quotes.
 */
import type { YAMLError } from 'yaml';

const QUOTE = 'put quotes around a value that begins with a sign';

const WORDS: Readonly<Record<YAMLError['code'], string>> = {
  ALIAS_PROPS: `an alias (*) has an anchor or a tag; ${QUOTE}`,
  BAD_ALIAS: `an alias (*) is not valid; ${QUOTE}`,
  BAD_COLLECTION_TYPE: `a tag (!) does not fit its value; ${QUOTE}`,
  BAD_DIRECTIVE: `a directive (%) is not valid; ${QUOTE}`,
  BAD_DQ_ESCAPE: 'an escape (\\) in double quotes is not valid; use single quotes',
  BAD_INDENT: 'the indentation is wrong',
  BAD_PROP_ORDER: 'an anchor or a tag stands in the wrong place',
  BAD_SCALAR_START: `a value begins with a sign that YAML reserves; ${QUOTE}`,
  BLOCK_AS_IMPLICIT_KEY: 'a key has a block as its value on the same line',
  BLOCK_IN_FLOW: 'a block stands inside brackets',
  DUPLICATE_KEY: 'a key is given twice',
  IMPOSSIBLE: 'it is not valid YAML',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a quote, a bracket, a comma or a colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key goes over several lines; a colon or a quote may be missing',
  MULTIPLE_ANCHORS: `a value has several anchors (&); ${QUOTE}`,
  MULTIPLE_DOCS: 'it holds several documents',
  MULTIPLE_TAGS: `a value has several tags (!); ${QUOTE}`,
  NON_STRING_KEY: 'a key is not text',
  RESOURCE_EXHAUSTION: 'it is nested too deeply',
  TAB_AS_INDENT: 'a tab is used for indentation; use spaces',
  TAG_RESOLVE_FAILED: `a tag (!) is unknown, or does not fit its value; ${QUOTE}`,
  UNEXPECTED_TOKEN: `something stands where YAML expects nothing; ${QUOTE}`,
};

/** Of what the parser has found. */
export function yamlFault({ code }: Pick<YAMLError, 'code'>): string {
  return WORDS[code] ?? WORDS.IMPOSSIBLE;
}

/** Of what is thrown while the values are made. */
export function yamlThrown(error: unknown): string {
  if (error instanceof RangeError) return WORDS.RESOURCE_EXHAUSTION;
  if (!(error instanceof ReferenceError)) return WORDS.IMPOSSIBLE;
  return /^Excessive/.test(error.message) ? 'its aliases (*) make it too large' : `an alias (*) has no anchor (&) before it; ${QUOTE}`;
}
