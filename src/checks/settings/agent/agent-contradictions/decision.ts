/**
 * What contradicts what, and how bad it is. Here not the first row that holds is the answer, but the worst of all that do: contradictions
 * stand beside each other, and one mended leaves the others.
 */
import { SEVERITIES, type Severity } from '../../../../model/check.js';
import type { AgentSetting } from '../../../../model/facts.js';
import type { Configured } from '../../shared/configuration.js';
import type { Cause } from './causes.js';
import {
  caOfOldAks,
  caUnused,
  containersDiffer,
  fargateWithoutNode,
  halfPair,
  hostOfOneNode,
  httpsOffElsewhere,
  httpsOffOnAutopilot,
  overruledElsewhere,
  overruledInOneList,
  tokenNotMounted,
  tolerationInvalid,
  twoLeaders,
  unreadTolerationInvalid,
} from './clues.js';

/** `find`: the settings of each contradiction of its kind. */
type Kind = readonly [
  name: string,
  cause: Cause,
  severity: Severity,
  find: (at: Configured, all: readonly Configured[]) => AgentSetting[][],
];

const CONTRADICTIONS = [
  ['host-of-one-node', 'agent-host-of-one-node', 'blocks', hostOfOneNode],
  ['token-not-mounted', 'agent-token-not-mounted', 'blocks', tokenNotMounted],
  ['toleration-invalid', 'agent-toleration-invalid', 'blocks', tolerationInvalid],
  ['fargate-without-node', 'agent-settings-contradict', 'blocks', fargateWithoutNode],
  ['https-off', 'agent-https-port-off', 'degrades', httpsOffElsewhere],
  ['two-leaders', 'agent-two-leaders', 'degrades', twoLeaders],
  ['half-pair', 'agent-settings-contradict', 'degrades', halfPair],
  ['overruled', 'agent-settings-contradict', 'degrades', overruledInOneList],
  ['containers-differ', 'agent-settings-contradict', 'degrades', containersDiffer],
  ['ca-unused', 'agent-settings-contradict', 'risk', caUnused],
  ['overruled', 'agent-settings-contradict', 'note', overruledElsewhere],
  ['toleration-invalid', 'agent-toleration-invalid', 'note', unreadTolerationInvalid],
  ['https-off', 'agent-https-port-off', 'note', httpsOffOnAutopilot],
  ['ca-of-old-aks', 'agent-ca-of-old-aks', 'note', caOfOldAks],
] as const satisfies readonly Kind[];

/** One contradiction in one container. */
export interface Contradiction {
  name: (typeof CONTRADICTIONS)[number][0];
  cause: Cause;
  severity: Severity;
  at: Configured;
  settings: AgentSetting[];
}

/** The worst first. */
export function contradictionsOf(containers: readonly Configured[]): Contradiction[] {
  return containers
    .flatMap((at) =>
      CONTRADICTIONS.flatMap(([name, cause, severity, find]) =>
        find(at, containers).map((settings) => ({ name, cause, severity, at, settings })),
      ),
    )
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}
