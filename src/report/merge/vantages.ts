/** One node seen from two networks: what the two reports show together stands above what the pod's showed alone. */
import { podNetworkPath } from '../../checks/connection/pod-network-path/check.js';
import type { Pair, Side } from '../../checks/connection/shared/pair.js';
import { sayFor } from '../../judge/judge.js';
import type { Problem } from '../../model/check.js';
import type { Target } from '../../model/facts.js';
import { vantageOf } from '../where/places.js';
import { seenFrom } from './findings.js';
import { pack, unpack } from './json.js';
import type { OneReport, Slim } from './one-report.js';

/** The reports of one node. */
export function acrossVantages(reports: readonly OneReport[]): OneReport[] {
  const host = reports.find(({ vantage }) => vantage === vantageOf({ vantage: 'host-network' }));
  const pod = reports.find(({ vantage }) => vantage === vantageOf({ vantage: 'pod-network' }));
  if (!host || !pod) return [...reports];
  return reports.map((report) => (report === pod ? { ...pod, findings: pod.findings.map((each) => compare(each, pod, host)) } : report));
}

function compare(given: Slim, pod: OneReport, host: OneReport): Slim {
  const { target } = given.finding;
  const pair: Pair = { node: pod.node, target, finding: given.finding, pod: sideOf(pod, target), host: sideOf(host, target) };
  const verdict = podNetworkPath.judge(pair, sayFor(podNetworkPath));
  return verdict.kind === 'problem' ? above(given, verdict, host) : given;
}

function sideOf({ startedAt, working, findings, ...report }: OneReport, target: Target): Side {
  return {
    address: target === 'self' ? '' : report[target],
    startedAt,
    works: unpack(working).flatMap((each) => (each.target === target ? each.layer : [])),
    found: findings
      .filter(({ finding }) => finding.target === target)
      .map(({ finding, evidence }) => ({ ...finding, evidence: unpack(evidence) })),
  };
}

/** The finding that the check makes of both, with what the pod's report found as what follows from it. */
function above(
  given: Slim,
  { cause, severity, certainty, witnesses, alternatives = [], wants = [], title, evidence, fixes }: Problem,
  host: OneReport,
): Slim {
  const { question, layer } = podNetworkPath;
  return {
    finding: { cause, question, target: given.finding.target, layer, severity, certainty },
    title: pack(title),
    rest: pack({ ...unpack(given.rest), alternatives, decide: wants.flatMap(({ elsewhere }) => elsewhere ?? []) }),
    fixes: pack(fixes),
    // The other side first: it is what one report alone does not show.
    evidence: pack([...evidence.map((each) => seenFrom(host, each)), ...unpack(given.evidence)]),
    witnesses: pack([...(witnesses ?? [])]),
    consequences: [given],
  };
}
