/**
 * What is advised, over all scenarios: nothing that deletes or lowers security comes first, nothing is asked of a server that is down, what follows
 * from another finding has no fix of its own, and roles and bindings do what is said of them: counted again in the YAML as it is printed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { knownCauses } from '../../src/checks/index.js';
import { renderReport } from '../../src/cli/render.js';
import { flatten, isGrave } from '../../src/judge/rank.js';
import type { Fix } from '../../src/model/check.js';
import type { Finding, Report } from '../../src/model/report.js';
import { type Flags, OPTIONS } from '../../src/setup/options.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { mergeAll } from '../report/merged-samples.js';
import { diagnoseOnce } from './diagnosed.js';
import { recordingIo, WORLDS_AT_ONCE } from './run.js';

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

/** Every format there is. */
const FORMATS: readonly Flags['output'][] = OPTIONS.flatMap((option) => (option.name === 'output' ? option.choices : []));

type Server = 'kubelet' | 'apiserver';
const ASKS_WHETHER_UP = /\/(readyz|livez|healthz|version)\b/;

/** Looked for in the words alone: is one of these servers asked for something that it must answer? `at`: the address of the kubelet. */
function needs(command: string, server: Server, at: string): boolean {
  const client =
    /(?:^|[|;&(]\s*)(kubectl|oc|helm) /.test(command) || /kubelet-doctor (rbac|nodes|manifest (debug|pod|daemonset)) /.test(command);
  const throughProxy = /nodes\/[^/ ]+\/proxy/.test(command);
  if (server === 'apiserver') return client && (throughProxy || !ASKS_WHETHER_UP.test(command));
  if (throughProxy || /\bkubectl\b.*\b(logs|exec|debug)\b|kubelet-doctor manifest debug/.test(command)) return true;
  return (
    /\bcurl\b/.test(command) && !ASKS_WHETHER_UP.test(command) && (/:102(50|55)\b/.test(command) || (at !== '' && command.includes(at)))
  );
}

/** Commands that a server would have to answer which a finding says is down; `verify` comes after the fix. */
function deadEnds({ findings, results, where }: Pick<Report, 'findings' | 'results' | 'where'>): string[] {
  const down = [...new Set(flatten(findings).flatMap(({ cause }) => STOPS.get(cause) ?? []))];
  const linesOf = ({ steps = '', source = '', form, effect }: Fix) =>
    effect ? [`${source || 'kubelet-doctor rbac'} | kubectl apply -f -`] : form === 'yaml' || form === 'env' ? [] : steps.split('\n');
  const commands = [
    ...flatten(findings).flatMap(({ cause, fixes, decide }) =>
      [...decide, ...fixes.flatMap(linesOf)].map((line) => [cause, line] as const),
    ),
    ...results.flatMap(({ question, elsewhere }) => elsewhere.map((line) => [question, line] as const)),
  ];
  return commands.filter(([, line]) => down.some((server) => needs(line, server, where.kubelet))).map(([of, line]) => `${of}: ${line}`);
}

/** As it was before it was escaped. */
function unescaped(text: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", '#x27': "'", amp: '&' };
  return text.replace(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole).replace(/\\([^n])/g, '$1');
}

/** Acts of consequences that stand in a text and are none of a root cause's; in JSON they stand below `consequences`, which says what they are. */
async function ownFixes(report: Report): Promise<string[]> {
  const acts = (findings: readonly Finding[]) => findings.flatMap(({ fixes }) => fixes.map(({ action }) => action.en));
  const roots = acts(report.findings);
  const following = report.findings.flatMap(({ consequences }) => flatten(consequences));
  const own = acts(following).filter(
    (act) => !roots.some((root) => root.includes(act)) && !following.some(({ title }) => title.en.includes(act)),
  );
  if (own.length === 0) return [];
  const merged = mergeAll([report, { ...report, where: { ...report.where, node: 'another' } }]);
  const { io } = recordingIo({ width: 1000 });
  const forms = FORMATS.filter((output) => output !== 'json').flatMap((output) =>
    [report, merged].flatMap((each) => (output === 'text' ? [false, true] : [false]).map((verbose) => ({ output, verbose, each }))),
  );
  const found = await Promise.all(
    forms.map(async ({ output, verbose, each }) => {
      const text = unescaped(await renderReport(each, { output, verbose }, io));
      return own.filter((act) => text.includes(act)).map((act) => `${output}${each === merged ? ', merged' : ''}: ${act}`);
    }),
  );
  return found.flat();
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
      const { report } = await diagnoseOnce(world);
      const all = flatten(report.findings);
      seen.grave += all.flatMap(({ fixes }) => fixes.filter(isGrave)).length;
      const wrong = [
        ...all.flatMap(faultsOf),
        ...deadEnds(report),
        ...all
          .filter(({ fixes, severity, certainty }) => fixes.length === 0 && severity === 'blocks' && certainty === 'proven')
          .map(({ cause }) => `nothing to do: ${cause}`),
        ...(await ownFixes(report)),
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
  const report = (findings: Finding[], elsewhere: string[] = []) => ({
    findings,
    results: [{ question: 'q', elsewhere }] as unknown as Report['results'],
    where: { kubelet: '10.0.0.7:41250' } as Report['where'],
  });
  const lease = 'kubectl get lease -n kube-node-lease n1';
  const proxy = 'kubectl get --raw /api/v1/nodes/n1/proxy/healthz';
  const pods = 'curl -sk https://10.0.0.7:41250/pods';
  const refused = finding('apiserver-connection-refused', ['kubectl get --raw "/readyz?verbose"'], [], [finding('x', [lease])]);
  assert.deepEqual(deadEnds(report([refused], [lease, pods])), [`x: ${lease}`, `q: ${lease}`]);
  assert.deepEqual(deadEnds(report([finding('kubelet-down', [lease, proxy])], [pods])), [`kubelet-down: ${proxy}`, `q: ${pods}`]);
  assert.deepEqual(deadEnds(report([finding('x', [lease, proxy])], [pods])), []);
});
