/**
 * What is to be granted is one answer, whoever prints it: `check`, `rbac` and `rbac --missing --yaml` agree to the byte, for every profile,
 * version of the apiserver, and kubelet whose version is known or not.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECKS } from '../../src/checks/index.js';
import { runCommandLine } from '../../src/cli/command-line.js';
import { judge } from '../../src/judge/judge.js';
import { flatten } from '../../src/judge/rank.js';
import { needsYaml } from '../../src/manifests/needs-yaml.js';
import type { Fix } from '../../src/model/check.js';
import type { AnyFact } from '../../src/model/facts.js';
import type { Report } from '../../src/model/report.js';
import { questionsOf, subjectOfAccess } from '../../src/profiles/access.js';
import { PROFILES } from '../../src/profiles/index.js';
import type { Choices } from '../../src/profiles/resolve.js';
import { rightsTable } from '../../src/report/tables/rights.js';
import { startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { base, nodeObject } from '../checks/facts.js';

import { AGENT, account, answered, profile, rights } from '../checks/rights-facts.js';
import { recordingIo } from '../scenarios/run.js';

const ACCOUNT = { namespace: 'datadog', name: 'agent' };
const SUBRESOURCES = ['configz', 'healthz', 'metrics', 'pods', 'proxy', 'stats'];
const NODES_PROXY = /"nodes\/proxy"/;
/** Features that have no right but nodes/proxy at a kubelet, or ask the apiserver's node proxy. */
const NEED_PROXY = /^(container-logs|eks-fargate)$/;

/** Roles and bindings, each as it is printed. */
const documents = (yaml: string): string[] => yaml.split('\n---\n').filter((each) => /^kind: /m.test(each));
const granted = (fixes: readonly Fix[]): string[] =>
  [
    ...new Set(
      fixes
        .filter(({ form, steps }) => form === 'yaml' && /^kind: (Cluster)?Role/m.test(steps ?? ''))
        .flatMap((fix) => documents(fix.steps ?? '')),
    ),
  ].sort();

/** What all checks together grant by these facts, and what `--missing --yaml` prints. */
function bothWays(facts: AnyFact[]): { checks: string[]; missing: string[] } {
  const judged = judge(
    facts,
    CHECKS.filter(({ layer }) => layer === 'authz'),
  );
  const fixes = judged.flatMap(({ verdict }) => (verdict.kind === 'problem' ? verdict.fixes : []));
  const table = rightsTable(facts);
  return { checks: granted(fixes), missing: documents((table && needsYaml(ACCOUNT, table.missing)) ?? '').sort() };
}

describe('by the facts', () => {
  const denials: [string, RegExp][] = [
    ['everything', /./],
    ['what kubelets ask for', /nodes\//],
    ['one right', /nodes\/stats/],
    ['all but the kubelet', /^(?!get nodes\/)/],
  ];
  for (const each of PROFILES)
    for (const server of [undefined, 'v1.31.4', 'v1.32.9', 'v1.33.1', 'v1.34.0', 'v1.36.2'])
      for (const kubelet of [undefined, 'v1.31.4', 'v1.32.9', 'v1.33.1', 'v1.36.2'])
        it(`${each.profile}, apiserver ${server ?? 'unknown'}, kubelet ${kubelet ?? 'unknown'}`, () => {
          for (const asked of [[], ['all'], each.features.slice(0, 2).map(({ feature }) => feature)])
            for (const outOfSight of [false, true])
              for (const [what, denied] of denials) {
                const choices: Partial<Choices> = {
                  asked,
                  outOfSight,
                  ...(server ? { kubernetesVersion: { value: server, from: 'test' } } : {}),
                  kubeletVersions: kubelet ? [kubelet] : [],
                };
                const resolved = profile(choices, each);
                const lock = (resolved.otherLock ?? []).flatMap(questionsOf);
                const kubelets = SUBRESOURCES.map((subresource) => ({ verb: 'get', group: '', resource: 'nodes', subresource }));
                const facts = [
                  ...base().filter((f) => f.kind !== 'http'),
                  ...(kubelet ? [nodeObject({ kubeletVersion: kubelet })] : []),
                  ...rights(resolved, denied),
                  ...[...kubelets, ...lock].map((question) => answered(question, !denied.test(subjectOfAccess(question)))),
                ];
                const unique = [...new Map(facts.map((f) => [`${f.target}/${f.kind} ${f.subject}`, f])).values()];
                const { checks, missing } = bothWays(unique);
                const where = `${asked.join()} denied: ${what}, settings ${outOfSight ? 'out of' : 'in'} sight`;
                assert.deepEqual(checks, missing, where);
                const wanted = resolved.needs.some((need) => need.resource === 'nodes' && need.subresource !== undefined);
                assert.ok(missing.length > 0 || !(wanted && /every|kubelets/.test(what)), where);
                const below = (version: string | undefined) => version !== undefined && /^v1\.3[12]\./.test(version);
                const classic = below(kubelet) || (kubelet === undefined && below(server));
                const needsProxy = resolved.features.some(({ feature }) => NEED_PROXY.test(feature));
                if (!classic && !needsProxy) assert.doesNotMatch(missing.join('\n'), NODES_PROXY, where);
              }
        });
});

it('an account that is asked about by name gets the same', () => {
  const resolved = profile({ kubeletVersions: [], kubernetesVersion: { value: 'v1.36.2', from: 'test' }, inDepth: true });
  const facts = [
    ...base(),
    ...rights(resolved, /./).filter((f) => f.kind !== 'account'),
    account({ user: AGENT, from: 'flag', by: 'review' }),
  ];
  const { checks, missing } = bothWays(facts);
  assert.deepEqual(checks, missing);
  assert.match(missing.join(), /nodes\/pods/);
});

describe('by the commands', { concurrency: 3 }, () => {
  /** Of each command what it prints, all in the same cluster: none of them changes it. */
  async function runAll(world: World, ...commands: string[][]): Promise<string[]> {
    const running = await startWorld(world);
    try {
      const printed: string[] = [];
      for (const args of commands) {
        const { io, text } = recordingIo();
        await runCommandLine([...args, ...running.argv, '--timeout', '20s'], io, running.host);
        printed.push(text().stdout);
      }
      return printed;
    } finally {
      await running.stop();
    }
  }
  const READ_NODES = { verbs: ['get', 'list'], groups: [''], resources: ['nodes'] };
  const EVENTS = { DD_COLLECT_KUBERNETES_EVENTS: 'true' };
  const worlds: [string, World][] = (['1.36', '1.31'] as const).flatMap((server) =>
    (['1.36', '1.32', '1.31'] as const)
      .filter((kubelet) => kubelet <= server)
      .flatMap((version) =>
        [true, false].map((known): [string, World] => [
          `apiserver ${server}, kubelet ${version}, ${known ? 'which may be read' : 'which nobody may read'}`,
          {
            apiserver: { version: server },
            kubelet: { version },
            agent: { rights: known ? [READ_NODES] : 'none', env: EVENTS },
          },
        ]),
      ),
  );
  for (const [name, world] of worlds)
    for (const profile of ['datadog-agent', 'datadog-cluster-agent', 'metrics-server'])
      it(`${profile}: ${name}`, async () => {
        const fixesOf = (output: string) => granted(flatten((JSON.parse(output) as Report).findings).flatMap(({ fixes }) => fixes));
        const [rbacReport = '', yaml = '', checkReport = ''] = await runAll(
          world,
          ['rbac', '-o', 'json', '--agent', profile],
          ['rbac', '--missing', '--yaml', '--agent', profile],
          ['check', '-o', 'json', '--agent', profile],
        );
        const rbac = fixesOf(rbacReport);
        const missing = documents(yaml).map((each) => each.replace(/^#.*\n/gm, ''));
        assert.deepEqual(rbac, missing.sort());
        // A kubelet that was asked says itself what it wants; that is more than `rbac` may know, which asks none.
        const toldByItself = world.kubelet?.version !== '1.36' && world.apiserver?.version === '1.36' && world.agent?.rights === 'none';
        if (!toldByItself) assert.deepEqual(fixesOf(checkReport), missing);
        if (world.kubelet?.version === '1.36' || toldByItself) assert.doesNotMatch(missing.join('\n'), NODES_PROXY);
      });
});
