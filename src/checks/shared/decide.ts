/**
 * How a check decides: clues (read from facts, nothing decided) → a table whose first row that holds is the answer → what is said of that
 * answer. The table stands on one screen and is read from the top down; each row may rely on all above it not holding.
 */

/** An answer, and when it is the one, given that no row above it holds. */
export type Row<Answer, Clues> = readonly [answer: Answer, holds: (clues: Clues) => boolean];

/** The answers of a table that is written `as const satisfies readonly Row<string, Clues>[]`. */
export type AnswerOf<Table extends readonly (readonly [answer: unknown, holds: unknown])[]> = Table[number][0];

/** For the last row: what is left when nothing else holds. */
export const otherwise = (): boolean => true;

/** The answer of the first row that holds. A table without an `otherwise` row may have none: that throws, and the check is seen to have crashed. */
export function firstThatHolds<Answer, Clues>(rows: readonly Row<Answer, Clues>[], clues: Clues): Answer {
  const row = rows.find(([, holds]) => holds(clues));
  if (!row) throw new Error('no row of the decision holds');
  return row[0];
}

/** A clue that is there because the row that held has looked at it. */
export function given<T>(clue: T | undefined): T {
  if (clue === undefined) throw new Error('the row that held did not look at this clue');
  return clue;
}

/** Holds where each of these does: `all(silent, ours)`. */
export function all<Clues>(...conditions: ((clues: Clues) => boolean)[]): (clues: Clues) => boolean {
  return (clues) => conditions.every((holds) => holds(clues));
}
