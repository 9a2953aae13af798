/**
 * A claim is as wide as its evidence: a word that leaves no exception out stands in the catalogue only with what it rests on. Advice may be absolute
 * ("Never grant …"), and so may what this program could not do ("cannot be read from here").
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECKS, MERGE_CHECKS } from '../src/checks/index.js';

const ABSOLUTE =
  /\b(never|always|impossible|must|nobody|no CA (?:could|can|would)|not the cause|the only (cause|reason|way)|cannot (be|have)|certainly|definitely|guarantee\w*)\b/i;

/** Where such a word claims nothing of a cluster. */
const NO_CLAIM: readonly [RegExp, string][] = [
  [/^Never |pull policy Never/, 'advice, or a word of Kubernetes'],
  [/`impossible to reach/i, "a line of the agent's log"],
  [/\bcannot be (read|seen|told apart|known|checked|used|pulled|mounted|created)\b/, 'what could not be looked at from here, or used'],
  [/\bmust\b/, 'what is asked for, and no claim of what is'],
  [/\b(that|it) (never|does not) expires?\b|token never expires/, 'a token without an end has no exp: its definition'],
];

/** What a claim without an exception rests on. */
const RESTS_ON: Readonly<Record<string, string>> = {
  'kube-controller-manager never approves these requests':
    'Kubernetes 1.31 to 1.37 pkg/controller/certificates/approver: client certificates of kubelets alone',
  'kube-controller-manager signs these requests but never approves them': 'the same',
  'While the file exists, the kubelet never renews it':
    'Kubernetes 1.31 to 1.37 cmd/kubelet/app/server.go InitializeTLS: made where it cannot be read alone',
  "the pod's network alone is not the cause": 'two reports, one from the host network: it was silent there too',
  'its spec cannot be changed':
    'Kubernetes 1.31 to 1.37 pkg/apis/core/validation ValidatePodUpdate: all but images, deadline and added tolerations',
  'roleRef cannot be changed': 'Kubernetes 1.31 to 1.37 pkg/apis/rbac/validation: an update with another roleRef is invalid',
};

const texts = [...CHECKS, ...MERGE_CHECKS].flatMap(({ question, words, causes }) => [
  ...Object.entries(words).map(([key, text]) => [`${question}.${key}`, text] as const),
  ...Object.entries(causes).flatMap(([cause, { title, means, happens, confirm, fix, avoid = '', distributions = {} }]) =>
    [title, means, happens, confirm, fix, avoid, ...Object.values(distributions)].map((text) => [cause, text] as const),
  ),
]);
const sentences = texts.flatMap(([of, text]) => text.split(/(?<=[.!?:;]) |\n/).map((sentence) => [of, sentence] as const));

const claims = sentences.filter(([, sentence]) => ABSOLUTE.test(sentence) && !NO_CLAIM.some(([pattern]) => pattern.test(sentence)));

describe('a claim without an exception', () => {
  it('says what it rests on', () =>
    assert.deepEqual(
      claims
        .filter(([, sentence]) => !Object.keys(RESTS_ON).some((claim) => sentence.includes(claim)))
        .map(([of, sentence]) => `${of}: ${sentence}`),
      [],
    ));
  it('each that says so is there', () =>
    assert.deepEqual(
      Object.keys(RESTS_ON).filter((claim) => !claims.some(([, sentence]) => sentence.includes(claim))),
      [],
    ));
});
