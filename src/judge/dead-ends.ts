/** Commands, of fixes and of open questions, without those that a server would have to answer which a finding says answers no one. */
import type { CauseDocs, Fix } from '../model/check.js';
import type { Finding, Result } from '../model/report.js';
import { flatten } from './rank.js';

type Server = NonNullable<CauseDocs['stops']>;

const CLIENT = '(?:kubectl|oc|helm)';
/** Where a command begins in a line of a shell. */
const BEGINS = '(?:^|[|;&(])\\s*';
/** Who is asked, the first that matches; a question whether a server is up is answered by its silence, too. */
const ASKED: readonly (readonly [command: RegExp, servers: readonly Server[]])[] = [
  [/^kubectl (?:--\S+ ){0,2}get --raw '?"?\/(?:readyz|livez|healthz|version)\b/, []],
  [/^curl .*\/(?:readyz|livez|healthz|version)\b/, []],
  // Through the apiserver it is the kubelet that answers, and starts what is debugged.
  [
    /^kubectl (?:--\S+ ){0,2}(?:get --raw \S*\/api\/v1\/nodes\/[^/]+\/proxy\b|(?:.* )?(?:logs|exec|attach|debug|port-forward)\b)/,
    ['apiserver', 'kubelet'],
  ],
  [/kubelet-doctor manifest (?:debug|pod|daemonset)\b/, ['apiserver', 'kubelet']],
  [/kubelet-doctor (?:rbac|nodes)\b/, ['apiserver']],
  [new RegExp(`${BEGINS}${CLIENT} `), ['apiserver']],
  [/^curl .*(?::102(?:50|55)\b|\/(?:pods|metrics|stats|configz|runningpods)\b)/, ['kubelet']],
  [/^curl .*\/(?:api|apis|openid)\b/, ['apiserver']],
];

/** The servers that must answer for this command to say anything. */
function serversFor(command: string): Server[] {
  const lines = command.split('\n').map((line) => line.trim());
  return [...new Set(lines.flatMap((line) => ASKED.find(([asks]) => asks.test(line))?.[1] ?? []))];
}

/** The servers that must answer for this fix to be made: what is granted or opened is an object of the apiserver. */
function serversForFix({ steps = '', form, effect }: Fix): Server[] {
  if (effect) return ['apiserver'];
  return form === undefined || form === 'shell' ? serversFor(steps) : [];
}

/** The servers that these findings say are down; `stopped`: by a cause. */
export function serversDown(findings: readonly Finding[], stopped: (cause: string) => Server | undefined): ReadonlySet<Server> {
  return new Set(flatten(findings).flatMap(({ cause }) => stopped(cause) ?? []));
}

export function withoutDeadEnds(findings: readonly Finding[], down: ReadonlySet<Server>): Finding[] {
  if (down.size === 0) return [...findings];
  return findings.map((finding) => ({
    ...finding,
    fixes: finding.fixes.filter((fix) => !needs(serversForFix(fix), down)),
    decide: finding.decide.filter((command) => !needs(serversFor(command), down)),
    consequences: withoutDeadEnds(finding.consequences, down),
  }));
}

/** The same of the questions that stayed open. */
export function withoutDeadQuestions(results: readonly Result[], down: ReadonlySet<Server>): Result[] {
  return results.map((result) => ({ ...result, elsewhere: result.elsewhere.filter((command) => !needs(serversFor(command), down)) }));
}

function needs(servers: readonly Server[], down: ReadonlySet<Server>): boolean {
  return servers.some((server) => down.has(server));
}
