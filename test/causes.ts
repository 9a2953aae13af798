/** `npm run causes`: id → question → proof → tests. Exit code 1 when a cause has no proof at all. */

import { type ProvenCause, provenCauses } from './proofs.js';
import { LOOK_ALIKES } from './scenarios/look-alikes.js';
import { TWO_FAULTS } from './scenarios/two-faults.js';

const write = (line: string) => process.stdout.write(`${line}\n`);

function main(): number {
  const causes = provenCauses();
  const wide = Math.max(...causes.map(({ cause }) => cause.length));
  for (const { cause, question, kinds, found } of causes) {
    const tests = found.map(({ test }) => test);
    const shown = tests.slice(0, 4).join(', ') + (tests.length > 4 ? ` and ${tests.length - 4} more` : '');
    write(`${cause.padEnd(wide)}  ${question.padEnd(24)}  ${kinds.join('').padEnd(3)}  ${shown || 'NO PROOF'}`);
  }
  const by = (kind: ProvenCause['kinds'][number]) => causes.filter(({ kinds }) => kinds.includes(kind)).length;
  write(`\n${causes.length} causes: ${by('K')} on a real cluster, ${by('S')} in the simulator, ${by('F')} by fixtures.`);
  const members = LOOK_ALIKES.reduce((sum, group) => sum + group.members.length, 0);
  const worlds = `${LOOK_ALIKES.length} groups, ${members} worlds, each with and without the second side`;
  write(`look-alikes: ${worlds}; two faults: ${TWO_FAULTS.length} combinations`);
  const less = causes.flatMap(({ cause, less }) => (less ? [`${cause} (${less})`] : []));
  const unproven = causes.filter(({ kinds }) => kinds.length === 0).map(({ cause }) => cause);
  if (less.length > 0) write(`Proven by less than the list asks: ${less.join(', ')}.`);
  if (unproven.length > 0) write(`Without any proof: ${unproven.join(', ')}.`);
  return unproven.length > 0 ? 1 : 0;
}

process.exitCode = main();
