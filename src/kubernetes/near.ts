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

/** The known words near to a misspelt one, the nearest first. */
export function nearTo(word: string, known: readonly string[]): string[] {
  const limit = Math.max(2, Math.floor(word.length / 3));
  const near = known.map((candidate) => ({ candidate, away: differingLetters(word, candidate) })).filter(({ away }) => away <= limit);
  return near.sort((a, b) => a.away - b.away).map(({ candidate }) => candidate);
}

/** The nearest of them; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  return nearTo(word, known)[0];
}
