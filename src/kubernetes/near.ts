/** How near two words are. */

/** Letters to add, drop or change (Levenshtein); two rows of the table are enough. */
export function differingLetters(a: string, b: string): number {
  const [ours, theirs] = [[...a], [...b]];
  let above = Array.from({ length: theirs.length + 1 }, (_, at) => at);
  for (const [at, letter] of ours.entries()) {
    const row = [at + 1];
    for (const [other, second] of theirs.entries())
      row.push(Math.min((above[other] ?? 0) + Number(letter !== second), (above[other + 1] ?? 0) + 1, (row[other] ?? 0) + 1));
    above = row;
  }
  return above[theirs.length] ?? 0;
}
