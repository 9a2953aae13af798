/** Seeded, reproducible inputs for property tests. */

import type { Judged } from '../../src/judge/rank.js';
import { LAYERS, SEVERITIES } from '../../src/model/check.js';
import type { Target } from '../../src/model/facts.js';
import { PROVEN, SUSPECTED } from '../support/certainty.js';
import type { Random } from '../support/random.js';

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

export function shuffled<T>(random: Random, from: readonly T[]): T[] {
  return from
    .map((each) => [random(), each] as const)
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each);
}

const TARGETS: readonly Target[] = ['self', 'kubelet', 'apiserver'];
const CAUSES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** Up to twelve problems, with repeated causes and equal twins among them. */
export function someProblems(random: Random): Judged[] {
  return Array.from({ length: Math.floor(random() * 13) }, () => {
    const target = pick(random, TARGETS);
    return {
      question: pick(random, ['q1', 'q2']),
      target,
      layer: pick(random, LAYERS),
      problem: {
        kind: 'problem',
        cause: pick(random, CAUSES),
        severity: pick(random, SEVERITIES),
        ...pick(random, [PROVEN, SUSPECTED]),
        title: { id: 't', args: {}, en: pick(random, ['one', 'two']) },
        features: ['x', 'y', 'z'].filter(() => random() < 0.3),
        evidence: [],
        fixes: [],
        ...(random() < 0.3 ? { observedAt: pick(random, TARGETS) } : {}),
      },
    };
  });
}

/** Declarations at random, circles included: rank must bear what a test of the registry forbids. */
export function someDeclarations(random: Random): (cause: string) => readonly string[] {
  const declared = new Map(CAUSES.map((cause) => [cause, CAUSES.filter(() => random() < 0.2)]));
  return (cause) => declared.get(cause) ?? [];
}
