/** Runs the real command in the agent's place and reads its report; applies what it printed. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { parse } from 'yaml';
import type { Fix } from '../../src/model/check.js';
import type { Finding, Report } from '../../src/model/report.js';
import type { Cluster } from './cluster.js';
import type { Agent } from './identities.js';
import { type PodPlace, type PodResult, runAsPod } from './pod-place.js';

const COMMAND = path.resolve('bin/kubelet-doctor.js');

/** What a run said, with the report parsed. */
export interface Diagnosis extends PodResult {
  report: Report;
}

export interface DoctorOptions extends Partial<Omit<PodPlace, 'argv'>> {
  args?: string[];
  /** Put before the command, e.g. faketime. */
  under?: string[];
}

/** The agent's environment as the chart writes it: status.hostIP of n1, and a key that must never be seen again. */
export const AGENT_ENV = { DD_KUBERNETES_KUBELET_HOST: '10.77.0.11', DD_API_KEY: 'sentinel-api-key-0123456789abcdef' };

/** `kubelet-doctor --output json` in the agent's own pod. */
export async function diagnose(
  cluster: Cluster,
  agent: Agent | undefined,
  { args = [], under = [], env = {}, ...place }: DoctorOptions = {},
): Promise<Diagnosis> {
  const result = await runAsPod(cluster, {
    secretsDir: agent?.secretsDir,
    ...place,
    env: { ...AGENT_ENV, ...env },
    argv: [...under, process.execPath, COMMAND, 'check', '--output', 'json', ...args],
  });
  assert.equal(result.stderr, '', 'nothing on stderr with machine output');
  assert.equal(result.stdout.trimEnd().split('\n').length, 1, 'one line when piped');
  return { ...result, report: JSON.parse(result.stdout) as Report };
}

/** The first finding; its absence is shown with the whole summary. */
export function firstOf({ report }: Diagnosis): Finding {
  const [first] = report.findings;
  assert.ok(first, `no finding: ${JSON.stringify(report.summary)}; ${unanswered(report)}`);
  return first;
}

/** This cause is named first, and counts. */
export function assertFirst(diagnosis: Diagnosis, cause: string): Finding {
  const first = firstOf(diagnosis);
  const causes = (findings: Finding[]): unknown[] =>
    findings.map((f) => (f.consequences.length > 0 ? [f.cause, causes(f.consequences)] : f.cause));
  assert.equal(
    first.cause,
    cause,
    `${JSON.stringify(causes(diagnosis.report.findings))} ${first.title.en}; ${unanswered(diagnosis.report)}`,
  );
  assert.ok(first.severity === 'note' || first.fixes.length > 0, 'a fix');
  return first;
}

/** Nothing at or above the threshold, and nothing required left open. */
export function assertClean(diagnosis: Diagnosis): void {
  const { report, code } = diagnosis;
  assert.equal(code, 0, `${JSON.stringify(report.findings.map((f) => [f.cause, f.title.en]))}; ${unanswered(report)}`);
}

/** As above on a cluster that runs no agent: who names a node is told that its agent alone could not be judged, and exits with 3. */
export function assertCleanWithoutAgent({ report, code }: Diagnosis): void {
  const open = report.results.filter(({ outcome, required }) => outcome === 'cannot-tell' && required).map(({ question }) => question);
  const counted = report.findings.filter(({ severity }) => severity !== 'note').map(({ cause }) => cause);
  assert.deepEqual([open, counted, code], [['agent-coverage'], [], 3], unanswered(report));
}

function unanswered(report: Report): string {
  return report.results
    .filter((r) => r.outcome === 'cannot-tell' || r.outcome === 'crashed')
    .map((r) => `${r.question}: ${r.note?.en}`)
    .join('; ');
}

/** The first fix of a finding that is printed in this form. */
export function fixIn(finding: Finding, form: NonNullable<Fix['form']>): string {
  const fix = finding.fixes.find((f) => f.form === form && f.changes !== 'security');
  assert.ok(fix?.steps, `no ${form} fix in ${JSON.stringify(finding.fixes)}`);
  return fix.steps;
}

/** `NAME=value` lines, as an environment; shell quotes taken off. */
export function environmentOf(steps: string): Record<string, string> {
  const pairs = steps.split('\n').flatMap((line) => {
    const [, name, quoted] = /^(?:export )?([A-Za-z_]\w*)=(.*)$/.exec(line.trim()) ?? [];
    return name ? [[name, (quoted ?? '').replace(/^'(.*)'$/, '$1')] as const] : [];
  });
  assert.ok(pairs.length > 0, `no NAME=value in ${steps}`);
  return Object.fromEntries(pairs);
}

/** Entries of a pod template's `env` that come from the downward API, as the kubelet of this node would make them. */
export function environmentOn(node: { name: string; ip: string }, steps: string): Record<string, string> {
  const entries = parse(steps) as { name: string; valueFrom: { fieldRef: { fieldPath: string } } }[];
  const fields: Record<string, string> = { 'status.hostIP': node.ip, 'spec.nodeName': node.name };
  return Object.fromEntries(entries.map(({ name, valueFrom }) => [name, fields[valueFrom.fieldRef.fieldPath] ?? assert.fail(steps)]));
}

/** KubeletConfiguration lines, as the settings of the test's kubelet. */
export function kubeletSettingsOf(steps: string): {
  serving?: 'bootstrap';
  webhookAuthentication?: boolean;
  anonymous?: boolean;
  clientCa?: boolean;
} {
  const config = parse(steps) as {
    serverTLSBootstrap?: boolean;
    authentication?: { webhook?: { enabled?: boolean }; anonymous?: { enabled?: boolean }; x509?: { clientCAFile?: string } };
  };
  const { webhook, anonymous, x509 } = config.authentication ?? {};
  return {
    ...(config.serverTLSBootstrap ? { serving: 'bootstrap' as const } : {}),
    ...(webhook ? { webhookAuthentication: webhook.enabled } : {}),
    ...(anonymous ? { anonymous: anonymous.enabled } : {}),
    ...(x509 ? { clientCa: Boolean(x509.clientCAFile) } : {}),
  };
}

/** The audit log has what we did to this cluster: get, list, and reviews of ourselves and of the account in question. Returns how many. */
export async function assertReadOnly(cluster: Cluster): Promise<number> {
  const ours = (await cluster.auditEvents()).filter((event) => event.userAgent?.startsWith('kubelet-doctor/'));
  for (const { verb, requestURI } of ours) {
    const review = verb === 'create' && /^\/apis\/(authentication|authorization)\.k8s\.io\/v1[a-z0-9]*\/\w*reviews$/.test(requestURI);
    assert.ok(['get', 'list'].includes(verb) || review, `${verb} ${requestURI}`);
  }
  return ours.length;
}
