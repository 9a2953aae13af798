/** Commands that decide between causes, without those that a server would have to answer which another finding says answers no one. */
import type { CauseDocs } from '../model/check.js';
import type { Finding } from '../model/report.js';
import { flatten } from './rank.js';

type Server = NonNullable<CauseDocs['stops']>;

/** Asks whether it is up: that it gets no answer is one. */
const ASKS_WHETHER_UP = /^kubectl get --raw '?"?\/(?:readyz|livez|healthz|version)\b/;

/** Through the apiserver it is the kubelet that answers. */
const OF_KUBELET = /^kubectl (?:get --raw \S*\/api\/v1\/nodes\/[^/]+\/proxy\b|(?:.* )?(?:logs|exec|attach|debug|port-forward)\b)/;

/** The servers that must answer for this command to say anything. */
export function serversFor(command: string): Server[] {
  const lines = command.split('\n').map((line) => line.trim());
  const all = lines.flatMap((line): Server[] => {
    if (!/^(?:kubectl|oc|helm) /.test(line) || ASKS_WHETHER_UP.test(line)) return [];
    return OF_KUBELET.test(line) ? ['apiserver', 'kubelet'] : ['apiserver'];
  });
  return [...new Set(all)];
}

/** The servers that these findings say are down; `stopped`: by a cause. */
export function serversDown(findings: readonly Finding[], stopped: (cause: string) => Server | undefined): ReadonlySet<Server> {
  return new Set(flatten(findings).flatMap(({ cause }) => stopped(cause) ?? []));
}

export function withoutDeadEnds(findings: readonly Finding[], down: ReadonlySet<Server>): Finding[] {
  if (down.size === 0) return [...findings];
  return findings.map((finding) => ({
    ...finding,
    decide: finding.decide.filter((command) => !serversFor(command).some((server) => down.has(server))),
    consequences: withoutDeadEnds(finding.consequences, down),
  }));
}
