/** The kinds of places it may run in, as the report names them and as line three says them. */
import type { Place } from '../../model/facts.js';
import type { Where } from '../../model/report.js';
import { sayWhere } from '../../words/report.js';

const PLACES = ['agent-pod', 'pod', 'debug-pod', 'node', 'workstation'] as const satisfies readonly Place['place'][];

/** Whose network it asked from; of facts of a file, which may say what no run says, nothing. */
export function vantageOf({ vantage }: Pick<Place, 'vantage'>): string {
  return sayWhere(`vantage.${vantage}`);
}

/** As the report names it. Facts of a file may say of a place what no run says. */
export function placeOf({ place, agentProcess, bundle }: Place): string {
  if (bundle) return sayWhere('is.bundle');
  return agentProcess ? sayWhere(`beside.${agentProcess.beside}`, { pid: agentProcess.pid }) : sayWhere(`is.${place}`);
}

const BESIDE = [...PLACES.map((place) => `beside.${place}` as const), 'beside.ephemeral-container' as const];

/** "in the agent's pod on n1", "at a workstation": there the node is not where we ran. */
export function placeWords({ place, node: asked, machine, script }: Where): string {
  // Reports of the first versions have the id.
  const known = PLACES.find((id) => place === id || place === sayWhere.table[`is.${id}`]);
  const kind = known ? sayWhere(`ranIn.${known}`) : place && sayWhere('ranIn', { place: sayWhere.again(place, ...BESIDE) });
  const words = script?.pod ? sayWhere('ranIn.named', { pod: script.pod }) : kind;
  const node = machine ?? asked;
  return node && known !== 'workstation' ? sayWhere('ranOn', { place: words, node }) : words;
}

/** The network it was asked from, in words of a page. */
export function vantageWords({ vantage }: Pick<Where, 'vantage'>): string {
  return sayWhere.again(vantage.replace('-', ' '), 'vantage.pod-network', 'vantage.host-network');
}

/** As whom. */
export function identityWords({ identity }: Pick<Where, 'identity'>): string {
  const userWords = (user: string) => sayWhere.again(user, 'unconfirmed', 'impersonated', 'asKubelet');
  const forAccount = sayWhere.around(identity, ['forAccount'], (argument, name) => (name === 'who' ? userWords(argument) : undefined));
  return forAccount === identity ? userWords(identity) : forAccount;
}
