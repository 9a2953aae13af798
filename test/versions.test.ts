/**
 * Statements that do not hold of every Kubernetes that is supported say of which: a minor is never named without a direction, and what follows from a
 * version follows for each one, the newest included.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CHECKS, MERGE_CHECKS } from '../src/checks/index.js';
import { isFineGrained } from '../src/checks/shared/kubelet-answers.js';
import { kubeletRights } from '../src/profiles/resolve.js';

/** Supported by their authors when this was written, and those before that clusters still have; the changes of each were read. */
const OLDEST = 31;
const NEWEST = 37;
const MINORS = Array.from({ length: NEWEST - OLDEST + 1 }, (_, at) => OLDEST + at);

/** From which on, up to which, or of which it is said; what stands in a release itself is of that one. */
const DIRECTION =
  /(from|since|before|until|up to|older than|only from|in|of|both names in|to|and|Kubernetes|kubelet|EKS)\s+(Kubernetes )?1\.\d+|1\.\d+(\.\d+)?( removed|\+| and later| or later| on\b)/;
const OF_KUBERNETES = /\b1\.(1[5-9]|[23]\d)\b/;
/** Of other programs. */
const OF_OTHERS = /\bGo \(since 1\.15\)|Cilium 1\.|chart \d|operator 1\./;

const texts = [...CHECKS, ...MERGE_CHECKS].flatMap(({ words, causes }) => [
  ...Object.values(words),
  ...Object.values(causes).flatMap(({ title, means, happens, confirm, fix, avoid = '', distributions = {} }) => [
    title,
    means,
    happens,
    confirm,
    fix,
    avoid,
    ...Object.values(distributions),
  ]),
]);
const sentences = texts
  .flatMap((text) => text.split(/(?<=[.!?;]) |\n/))
  .filter((sentence) => OF_KUBERNETES.test(sentence) && !OF_OTHERS.test(sentence));

describe('versions of Kubernetes', () => {
  it('a minor stands with its direction', () => {
    assert.ok(sentences.length > 10);
    assert.deepEqual(
      sentences.filter((sentence) => !DIRECTION.test(sentence)),
      [],
    );
  });

  it('a sentence about a minor that is not there is none of ours', () =>
    assert.deepEqual(
      sentences.filter((sentence) => [...sentence.matchAll(/\b1\.([23]\d)\b/g)].some(([, minor]) => Number(minor) > NEWEST)),
      [],
    ));

  it('the words by which a direction is told are told apart', () => {
    for (const good of ['off from 1.33 on', 'up to 1.23', '1.33 or later', 'since Kubernetes 1.33', '1.37 removed it'])
      assert.match(good, DIRECTION);
    for (const bad of ['needs 1.33', 'the 1.36 way']) assert.doesNotMatch(bad, DIRECTION);
  });

  it('fine-grained rights: absent, by a gate, on, for each minor', () => {
    assert.deepEqual(
      MINORS.map((minor) => isFineGrained(`v1.${minor}.1`)),
      [false, undefined, true, true, true, true, true],
    );
    assert.deepEqual(
      MINORS.map((minor) => kubeletRights([`v1.${minor}.1`])),
      ['classic', 'classic', ...MINORS.slice(2).map(() => 'fine-grained')],
    );
    // By the apiserver's alone: its kubelets may be three minors older.
    assert.deepEqual(
      MINORS.map((minor) => kubeletRights([], `v1.${minor}.1`)),
      ['classic', 'classic', 'unknown', 'unknown', 'unknown', 'fine-grained', 'fine-grained'],
    );
  });

  it('the test cluster can be of the newest', () =>
    assert.match(readFileSync('test/cluster/build.ts', 'utf8'), new RegExp(`'1\\.${NEWEST}': \\{ release: 'v1\\.${NEWEST}\\.`)));
});
