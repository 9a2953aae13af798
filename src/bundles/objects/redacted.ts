/** What collectors write in the place of a value that they hide. Such a value is not known: it is neither right nor wrong, and equal to nothing. */

/**
 * `********` (Datadog, sos), `***HIDDEN***` and `***TOKEN_…***` (troubleshoot), `12 bytes long` (oc adm inspect), `XXXXXX` (cilium), `[REDACTED]`,
 * `x-ipv4-0000000001-x` and `xxx.xxx.xxx.xxx` (must-gather-clean), `***** SCRUBBED … *****` (sos).
 */
const HIDDEN =
  /^(?:\*{4,}\w{0,8}|\*{3}HIDDEN\*{3}|\*{3}TOKEN_\w{1,200}\*{3}|\d{1,9} bytes long|X{5,}|\[REDACTED\]|<REDACTED>|x-(?:ipv4|ipv6|mac)-\w{1,40}-x|xxx\.xxx\.xxx\.xxx|(?:xxxx:){2,7}xxxx|\*{5} SCRUBBED .{0,60}\*{5})$/i;

/** A part of it, as in `https://***HIDDEN***:6443`. */
const HIDDEN_PART = /\*{4,}|\*{3}(?:HIDDEN|TOKEN_\w{1,200})\*{3}|x-ipv[46]-\w{1,40}-x|xxx\.xxx\.xxx/i;

/** Does something else stand in the place of the value, or of a part of it? */
export function isHidden(value: unknown): boolean {
  return typeof value === 'string' && ((value.length <= 300 && HIDDEN.test(value.trim())) || HIDDEN_PART.test(value.slice(0, 4096)));
}
