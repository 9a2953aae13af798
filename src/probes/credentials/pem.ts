/** The blocks of a PEM text (RFC 7468), which may be anybody's: found in one pass, whatever it holds. */

export interface PemBlock {
  /** `CERTIFICATE`, `EC PRIVATE KEY`. */
  label: string;
  /** From its BEGIN line to its END line, both included. */
  text: string;
}

/** No file of certificates in use has as many; OpenSSL takes its time with each that is damaged. */
const MAX_BLOCKS = 1000;
const LINE = /-----(BEGIN|END) ([A-Z0-9 ]{1,60})-----/g;

/**
 * The first 1000, in order. A BEGIN without its END ends at the next BEGIN, as for Go's pem.Decode, which tries again behind it; so one lost line
 * takes no other block along. A pattern from BEGIN to END would look through the rest of the text for every BEGIN: minutes for a full file.
 */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let begun: { label: string; at: number } | undefined;
  for (const { 0: line, 1: which, 2: label = '', index } of text.matchAll(LINE)) {
    if (which === 'BEGIN') {
      begun = { label, at: index };
      continue;
    }
    if (begun) blocks.push({ label: begun.label, text: text.slice(begun.at, index + line.length) });
    if (blocks.length === MAX_BLOCKS) break;
    begun = undefined;
  }
  return blocks;
}

/** Unencrypted ones and others: `PRIVATE KEY`, `EC PRIVATE KEY`, `ENCRYPTED PRIVATE KEY`. */
export function keyBlocks(text: string): string[] {
  return pemBlocks(text).flatMap((block) => (/(?:^| )PRIVATE KEY$/.test(block.label) ? [block.text] : []));
}
