/**
 * What is advised, over all scenarios: nothing that deletes or lowers security comes first, nothing is asked of a server that is down, what follows
 * from another finding has no fix of its own, and roles and bindings do what is said of them: counted again in the YAML as it is printed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { knownCauses } from '../../src/checks/index.js';
import { serversDown, serversFor } from '../../src/judge/dead-ends.js';
import { flatten, isGrave } from '../../src/judge/rank.js';
import type { Fix } from '../../src/model/check.js';
import type { Finding, Report } from '../../src/model/report.js';
import { renderHtml } from '../../src/render/html/page.js';
import { renderMarkdown } from '../../src/render/markdown.js';
import { renderText } from '../../src/render/text/report.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { diagnoseWorld, WORLDS_AT_ONCE } from './run.js';

/** A controller makes the pod again: that is a restart. Every other thing that is deleted is gone. */
const RESTART = /^kubectl( -n [^ ]+)? delete pods? (\S+|-l \S+)( --field-selector \S+)?$/;
const DELETES = /\b(kubectl|oc)\b.*\bdelete\b|\bhelm (uninstall|delete)\b|\brm -/;
const LOWERS =
  /enforce=(privileged|baseline)|add-scc-to-user|anonymous:\s+enabled: true|anonymous-auth=true|AlwaysAllow|insecure|TLS_VERIFY=false|skip-tls|cluster-admin/i;
/** A namespace that is made for this admits what no other does. */
const OWN_NAMESPACE = /^kubectl create namespace (\S+)\nkubectl label namespace \1 /;

function faultsOf({ fixes }: Finding): string[] {
  const [first] = fixes;
  return [
    ...(first && isGrave(first) ? [`first: ${first.action.en}`] : []),
    ...fixes.flatMap(({ changes, steps = '', action }) => {
      const lines = steps.split('\n');
      const deletes = lines.some((line) => DELETES.test(line) && !RESTART.test(line.trim()));
      const lowers = LOWERS.test(steps) && !OWN_NAMESPACE.test(steps);
      return [
        ...(deletes && changes !== 'deletes' ? [`deletes and does not say so: ${steps}`] : []),
        ...(lowers && changes !== 'security' ? [`lowers security and does not say so: ${steps}`] : []),
        ...(/\bdelete\b/i.test(action.en) && changes !== 'deletes' ? [`an act that deletes and does not say so: ${action.en}`] : []),
      ];
    }),
  ];
}

const STOPS = new Map(knownCauses().map(({ cause, docs }) => [cause, docs.stops]));

/** Commands of these findings that a server would have to answer which one of them says is down; `verify` comes after the fix. */
function deadEnds(findings: readonly Finding[]): string[] {
  const down = serversDown(findings, (cause) => STOPS.get(cause));
  return flatten(findings).flatMap(({ cause, fixes, decide }) =>
    [...decide, ...fixes.flatMap(({ steps, form }) => (steps && form !== 'yaml' && form !== 'env' ? steps.split('\n') : []))]
      .filter((command) => serversFor(command).some((server) => down.has(server)))
      .map((command) => `${cause}: ${command}`),
  );
}

/** Acts of consequences that stand in a text and are none of a root cause's. */
function ownFixes(report: Report): string[] {
  const acts = (findings: readonly Finding[]) => findings.flatMap(({ fixes }) => fixes.map(({ action }) => action.en));
  const roots = new Set(acts(report.findings));
  const own = acts(report.findings.flatMap(({ consequences }) => flatten(consequences))).filter((act) => !roots.has(act));
  const texts = {
    text: renderText(report, { width: 1000, colour: false, verbose: false }),
    verbose: renderText(report, { width: 1000, colour: false, verbose: true }),
    markdown: renderMarkdown(report),
    html: renderHtml(report),
  };
  return Object.entries(texts).flatMap(([format, text]) => own.filter((act) => text.includes(act)).map((act) => `${format}: ${act}`));
}

const RBAC_KIND = /^kind: (Cluster)?Role(Binding)?$/m;

interface Printed {
  kind?: string;
  roleRef?: { name: string };
  subjects?: unknown[];
  rules?: { verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[]; nonResourceURLs?: string[] }[];
}

/** The rights that the rules in this text write down, and how many bindings there are with a role that is not in it. */
function counted(steps: string): { rights: number; stars: boolean; elsewhere: number; subjects: number } {
  const documents = parseAllDocuments(steps).map((each) => each.toJS() as Printed & { metadata?: { name: string } });
  const rules = documents.flatMap(({ rules: own = [] }) => own);
  const roles = documents.filter(({ kind }) => /Role$/.test(kind ?? '')).map(({ metadata }) => metadata?.name);
  const bindings = documents.filter(({ kind }) => /Binding$/.test(kind ?? ''));
  return {
    rights: rules
      .map(
        ({ verbs, resources = [], resourceNames = [''], nonResourceURLs = [] }) =>
          verbs.length * (resources.length * resourceNames.length + nonResourceURLs.length),
      )
      .reduce((a, b) => a + b, 0),
    stars: JSON.stringify(rules).includes('*'),
    elsewhere: bindings.filter(({ roleRef }) => !roles.includes(roleRef?.name)).length,
    subjects: bindings.flatMap(({ subjects = [] }) => subjects).length - bindings.length,
  };
}

const seen = { effects: 0, grave: 0 };

function wrongEffect({ steps = '', form, effect }: Fix): string | undefined {
  if (form === 'yaml' && /^kind: NetworkPolicy$/m.test(steps)) return effect ? undefined : `no effect: ${steps}`;
  if (!RBAC_KIND.test(steps)) return undefined;
  if (!effect) return `no effect: ${steps}`;
  seen.effects += 1;
  if (form !== 'yaml') return undefined;
  const { rights, stars, elsewhere, subjects } = counted(steps);
  if (stars || subjects !== 0) return `a star, or a second subject: ${steps}`;
  const said = Number(effect.args.rights);
  const list = String(effect.args.list).split(', ');
  if (list.length !== said || !new RegExp(`^(\\+|grants )${said} rights?, no others$`).test(effect.en))
    return `${effect.en}: ${list.join()}`;
  return elsewhere === 0 && rights !== said ? `says ${said}, grants ${rights}: ${steps}` : undefined;
}

describe('advice', { concurrency: WORLDS_AT_ONCE }, () => {
  for (const { scenario, world } of SCENARIOS.filter(({ expect }) => expect.first !== null))
    it(scenario, async () => {
      const { report } = await diagnoseWorld(world);
      const all = flatten(report.findings);
      seen.grave += all.flatMap(({ fixes }) => fixes.filter(isGrave)).length;
      const wrong = [
        ...all.flatMap(faultsOf),
        ...deadEnds(report.findings),
        ...ownFixes(report),
        ...all.flatMap(({ fixes }) => fixes.flatMap((fix) => wrongEffect(fix) ?? [])),
      ];
      assert.deepEqual(wrong, []);
    });
});

it('effects, and fixes that are said loudly, are printed in some', () =>
  assert.ok(seen.effects > 15 && seen.grave > 3, JSON.stringify(seen)));

it('the look finds what it looks for', () => {
  const finding = (cause: string, decide: string[], fixes: Partial<Fix>[] = [], consequences: Finding[] = []) =>
    ({ cause, decide, fixes, consequences }) as unknown as Finding;
  const act = { id: '', args: {}, en: 'Do it' };
  const fix = (changes: Fix['changes'], steps: string) => faultsOf(finding('x', [], [{ changes, steps, action: act }])).length;
  assert.equal(fix('deletes', 'kubectl -n a delete daemonset b'), 1);
  assert.equal(fix('config', 'kubectl -n a delete daemonset b'), 1);
  assert.equal(fix('restart', 'kubectl -n a delete pod b'), 0);
  assert.equal(fix('config', 'kubectl label namespace a pod-security.kubernetes.io/enforce=privileged'), 1);
  const lease = 'kubectl get lease -n kube-node-lease n1';
  const proxy = 'kubectl get --raw /api/v1/nodes/n1/proxy/healthz';
  assert.deepEqual(
    deadEnds([finding('apiserver-connection-refused', ['kubectl get --raw "/readyz?verbose"'], [], [finding('x', [lease])])]),
    [`x: ${lease}`],
  );
  assert.deepEqual(deadEnds([finding('kubelet-down', [lease, proxy])]), [`kubelet-down: ${proxy}`]);
  assert.deepEqual(deadEnds([finding('x', [lease, proxy])]), []);
});
