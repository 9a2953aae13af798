/** An effect is what was computed: one file makes it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { runCommandLine } from '../../src/cli/command-line.js';
import { MANIFESTS } from '../../src/manifests/kinds.js';
import { PROFILES } from '../../src/profiles/index.js';
import { recordingIo } from '../support/io.js';

test('no other file calls something an effect', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const makers = files.filter((name) =>
    /\bas (unknown as )?(Effect|RbacYaml|PolicyYaml)\b/.test(readFileSync(path.join('src', name), 'utf8')),
  );
  assert.deepEqual(makers.sort(), ['manifests/effect.ts', 'manifests/egress-policy.ts', 'manifests/rbac-documents.ts']);
});

test('one file writes roles and bindings', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /^(?!sim\b).*\.ts$/.test(name));
  const writers = files.filter((name) => /roleRef:|kind: (Cluster)?Role/.test(readFileSync(path.join('src', name), 'utf8')));
  assert.deepEqual(writers, ['manifests/rbac-documents.ts']);
});

interface Printed {
  kind?: string;
  metadata: { namespace?: string };
  rules?: { verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[]; nonResourceURLs?: string[] }[];
}

/** The rights that the rules write down; two questions may have one in common. */
function counted(yaml: string): number {
  const rights = parseAllDocuments(yaml).flatMap((each) => {
    const { rules = [], metadata } = each.toJS() as Printed;
    return rules.flatMap(({ verbs, apiGroups, resources = [], resourceNames = [''], nonResourceURLs = [] }) =>
      [...resources, ...nonResourceURLs].flatMap((what) =>
        resourceNames.flatMap((name) => verbs.map((verb) => [metadata.namespace, verb, apiGroups, what, name].join(' '))),
      ),
    );
  });
  return new Set(rights).size;
}

test('every command that prints bindings says what they do, before them', async () => {
  const image = ['--image', 'registry.example.com/a:1'];
  const commands = [
    ...PROFILES.flatMap(({ profile }) =>
      [[], ['--feature', 'all'], ['--kubernetes-version', '1.31'], ['--service-account', 'a/b']].map((more) => [
        'rbac',
        '--yaml',
        '--profile',
        profile,
        ...more,
        // A runner needs nothing until one of its checks is on.
        ...(profile === 'datadog-cluster-checks' && !more.includes('--feature') ? ['--feature', 'orchestrator-explorer'] : []),
      ]),
    ),
    ...MANIFESTS.map((what) => [
      'manifest',
      what,
      ...(what === 'npd' ? [] : image),
      ...(what === 'pod' || what === 'debug' ? ['--node', 'n1'] : []),
    ]),
    ['manifest', 'access', '--service-account', 'a/b'],
    ['manifest', 'access', '--namespace', 'a'],
  ];
  let bindings = 0;
  for (const words of commands) {
    const { io, text } = recordingIo();
    assert.equal(await runCommandLine(words, io, { env: {}, root: '/nonexistent' }), 0, `${words.join(' ')}: ${text().stderr}`);
    const { stdout } = text();
    if (!/^kind: (Cluster)?RoleBinding$/m.test(stdout)) continue;
    bindings += 1;
    const [, rights, account] = /^# grants (\d+) rights? to (\S+), no others$/m.exec(stdout.split(/^kind:/m)[0] ?? '') ?? [];
    assert.equal(Number(rights), counted(stdout), words.join(' '));
    const [namespace, name] = account?.split('/') ?? [];
    assert.match(stdout, new RegExp(`- kind: ServiceAccount\n +name: "${name}"\n +namespace: "${namespace}"`));
  }
  assert.ok(bindings >= 15, `${bindings}`);
});

test('one file puts an effect into words', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const speakers = files.filter((name) =>
    /\bspoken\((fix\.)?effect\b|\beffect\??\.(en|args)\b/.test(readFileSync(path.join('src', name), 'utf8')),
  );
  assert.deepEqual(speakers, ['report/words.ts']);
});
