/**
 * How a check decides: clues (read from facts, nothing decided) → a table whose first row that holds is the answer → what is said of that
 * answer. The table stands on one screen and is read from the top down; each row may rely on all above it not holding.
 */

/** An answer, and when it is the one, given that no row above it holds. */
export type Row<Answer extends string, Clues> = readonly [answer: Answer, holds: (clues: Clues) => boolean];

/** For the last row: what is left when nothing else holds. */
export const otherwise = (): boolean => true;

/** The answer of the first row that holds. A table without an `otherwise` row may have none: that throws, and the check is seen to have crashed. */
export function firstThatHolds<Answer extends string, Clues>(rows: readonly Row<Answer, Clues>[], clues: Clues): Answer {
  const row = rows.find(([, holds]) => holds(clues));
  if (!row) throw new Error('no row of the decision holds');
  return row[0];
}
