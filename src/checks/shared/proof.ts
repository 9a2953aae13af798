/**
 * What makes a claim certain. A `Proof` is built here and nowhere else, from facts that were looked at: so no problem can be called proven
 * without the observations it rests on. Whoever has neither of the two says `suspected`, with the look-alikes and what would decide.
 */
import type { Proof, Witness } from '../../model/check.js';
import type { AnyFact, Fact, FactKind } from '../../model/facts.js';

type Observation = Fact<FactKind> | AnyFact;

/**
 * Failures in which nobody said a word: nothing came, a connection was refused, or it was cut. A firewall, a busy machine or another program may
 * be the reason as well as the server that was meant.
 */
const WORDLESS = /TIME(D)?OUT|^EAI_|^ECONNREFUSED$|^ECONNRESET$|^EPIPE$|^EHOSTUNREACH$/;

/**
 * An answer in the other's own words: a refusal's body, `ENOENT` of the file system, a certificate, an object of Kubernetes, our own settings. It
 * proves what it says, and nothing of what it does not speak of; where a claim takes several answers together, each of them is a witness.
 */
export function inTheirWords(fact: Observation, ...more: Observation[]): Proof {
  return proof([fact, ...more].map((each) => (speaks(each) ? each : refuse(each, 'says nothing in its own words'))));
}

/** The same of a list; an empty one proves nothing. */
export function allInTheirWords([first, ...more]: readonly Observation[]): Proof {
  if (!first) throw new Error('no proof: nothing was observed');
  return inTheirWords(first, ...more);
}

/**
 * Silence, absence and elimination: two observations that could not both be wrong for one reason of ours. They are of different facts, seen in
 * different ways, and at least one of them is an answer: two timeouts may both be our own network's, or our own slowness.
 */
export function twoWitnesses(one: Observation, other: Observation): Proof {
  for (const each of [one, other]) if (!wasLookedAt(each)) refuse(each, 'was not looked at');
  if (!speaks(one) && !speaks(other)) refuse(other, `is as silent as ${nameOf(one)}`);
  const [first, second] = [witness(one), witness(other)];
  if (first.need === second.need && first.subject === second.subject) refuse(other, 'is one witness, not two');
  return proof([one, other]);
}

/** What two reports of one node show, seen from two networks: where one met silence and the other an answer. */
export function ofTwoReports(silent: Witness, answered: Witness): Proof {
  if (silent.node === answered.node) throw new Error(`no proof: both reports are of ${silent.node ?? 'one network'}`);
  return [silent, answered] as unknown as Proof;
}

/** Read from files: what fails there is the system's own word, whatever the code. */
const OF_FILES: ReadonlySet<FactKind> = new Set(['credential', 'authority', 'kubelet-kubeconfig']);

/** Does it say something itself? An answer does, and a failure that came with words. */
export function speaks({ kind, outcome }: Observation): boolean {
  return outcome.status === 'observed' || (outcome.status === 'failed' && (OF_FILES.has(kind) || !WORDLESS.test(outcome.code)));
}

function wasLookedAt({ outcome }: Observation): boolean {
  return outcome.status === 'observed' || outcome.status === 'failed';
}

function witness({ target, kind, subject }: Observation): Witness {
  return { need: `${target}/${kind}`, subject };
}

/** The one place where a claim becomes certain. */
function proof(facts: readonly Observation[]): Proof {
  const all = facts.map(witness);
  const once = all.filter(({ need, subject }, at) => all.findIndex((each) => each.need === need && each.subject === subject) === at);
  return once as unknown as Proof;
}

/** As `given`: the row that held did not look. The check is then seen to have crashed, and nothing is claimed. */
function refuse(fact: Observation, why: string): never {
  throw new Error(`no proof: ${nameOf(fact)} ${why}`);
}

function nameOf(fact: Observation): string {
  const { need, subject } = witness(fact);
  return `${need} ${subject}`.trim();
}
