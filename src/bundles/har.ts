/** What a browser writes of its requests: recognised, and not read. */

/** By the beginning of a text. */
export function isHar(head: string): boolean {
  return /^\s*\{\s*"log"\s*:\s*\{\s*"(?:version|creator|browser|pages|entries)"/.test(head);
}

/** In words that go after its name. */
export const HAR =
  'is a HAR of a browser, which is not read; the log of the agent or the output of curl -v says more, and holds fewer secrets';
