/** Checks of two reports: one node, asked from its own network and from a pod's. What a single run judges from facts is judged here from findings. */
import type { CauseDocs, Check, Evidence, Layer, Say, Verdict } from '../../../model/check.js';
import type { Target } from '../../../model/facts.js';
import type { Finding } from '../../../model/report.js';

/** What one report shows of one server. */
export interface Side {
  /** As it was dialled; empty where not known. */
  address: string;
  /** ISO 8601, as the report has it. */
  startedAt: string;
  /** Layers of the server that work. */
  works: readonly Layer[];
  /** Root causes about the server. */
  found: readonly (Pick<Finding, 'cause' | 'severity'> & { evidence: readonly Evidence[] })[];
}

/** Two reports of a node, and the finding from the pod's network that is in question. */
export interface Pair {
  node: string;
  target: Target;
  finding: Pick<Finding, 'cause' | 'severity'>;
  pod: Side;
  host: Side;
}

/** A check with everything but how it is judged: what the docs and the words need. */
export type Documented = Omit<Check, 'needs' | 'judge'>;

/** A problem's evidence is of the host's side: what the pod's report alone does not show. */
export interface PairCheck extends Documented {
  judge(pair: Pair, say: Say<Record<string, string>>): Verdict;
}

/** Ties words and causes together, and erases them for the registry. */
export function definePairCheck<const W extends Record<string, string>, const C extends string>(
  check: Omit<Documented, 'words' | 'causes'> & {
    words: W;
    causes: Readonly<Record<C, CauseDocs>>;
    judge(pair: Pair, say: Say<W>): Verdict<NoInfer<C>>;
  },
): PairCheck {
  return check as unknown as PairCheck;
}
