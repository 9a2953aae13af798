/** `manifest`: YAML that parses, names that are names, and one line for what cannot be printed. The real apiserver's word: test/cluster. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { ManifestFlags } from '../../src/cli/arguments/manifest-refusal.js';
import { runManifestCommand } from '../../src/cli/commands/manifest.js';
import { ARCHITECTURES } from '../../src/manifests/image.js';
import { MANIFESTS } from '../../src/manifests/kinds.js';
import { recordingIo } from '../support/io.js';

interface Document {
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: { hostNetwork?: boolean };
}

const IMAGE = 'registry.example.com/kubelet-doctor:1';

function manifest(flags: Partial<ManifestFlags>): { code: number; stdout: string; stderr: string } {
  const { io, text } = recordingIo();
  const code = runManifestCommand({ what: 'pod', hostNetwork: false, image: IMAGE, ...flags }, io);
  return { code, ...text() };
}

const documents = (flags: Partial<ManifestFlags>): Document[] =>
  parseAllDocuments(manifest(flags).stdout).map((document) => document.toJS() as Document);

describe('manifest', () => {
  it('keeps what looks like a number or a truth value a name', () => {
    for (const name of ['123', 'on', 'null']) {
      const pod = documents({ node: name, namespace: name }).at(-1);
      assert.deepEqual([pod?.metadata.namespace, pod?.metadata.name], [name, `kubelet-doctor-${name}`]);
    }
  });

  it('names the pod of a node with a long name within 63 characters', () => {
    const name = documents({ node: `${'a'.repeat(47)}.example.com` }).at(-1)?.metadata.name ?? '';
    assert.match(name, /^kubelet-doctor-a{47}$/);
  });

  it('brings a namespace only where none was named, and an account only where none was', () => {
    const kinds = (flags: Partial<ManifestFlags>) => documents({ node: 'n1', ...flags }).map(({ kind }) => kind);
    assert.equal(kinds({})[0], 'Namespace');
    assert.equal(kinds({ namespace: 'tools' })[0], 'ServiceAccount');
    assert.deepEqual(kinds({ serviceAccount: 'datadog/agent' }), ['Pod']);
    assert.deepEqual(kinds({ serviceAccount: 'agent', namespace: 'datadog' }), ['Pod']);
  });

  it('asks for nodes that can run the image, and for no other thing of a node', () => {
    for (const what of ['pod', 'daemonset', 'troubleshoot', 'sonobuoy'] as const) {
      const { stdout } = manifest({ what, ...(what === 'pod' ? { node: 'n1' } : {}) });
      const pinned = [...stdout.matchAll(/- key: kubernetes.io\/arch\n +operator: In\n +values: (.*)$/gm)].map(([, list]) => list);
      assert.ok(pinned.length > 0, what);
      for (const list of pinned) assert.deepEqual(JSON.parse(list ?? ''), ARCHITECTURES);
      assert.doesNotMatch(stdout, /nodeSelector:/);
      assert.doesNotMatch(stdout.replace(/values: \[.*\]/g, ''), /amd64|arm64/);
    }
  });

  it('needs no image where none is started', () => {
    assert.equal(manifest({ what: 'access', image: undefined }).code, 0);
    assert.equal(manifest({ what: 'npd', image: undefined }).code, 0);
  });

  const refused: [Partial<ManifestFlags>, RegExp][] = [
    [{}, /needs --node NAME/],
    [{ what: 'daemonset', node: 'n1' }, /on every node/],
    [{ what: 'debug' }, /--node NAME, or --pod NAME/],
    [{ what: 'debug', node: 'n1', pod: 'p' }, /--node NAME, or --pod NAME/],
    [{ node: 'n1; rm -rf /' }, /is not a valid Kubernetes name/],
    [{ node: 'n1', namespace: 'a.b' }, /is not a valid Kubernetes name/],
    [{ node: 'n1', serviceAccount: 'agent' }, /needs a namespace; write NAMESPACE/],
    [{ node: 'n1', serviceAccount: 'datadog/' }, /is not a valid Kubernetes name/],
    [{ node: 'n1', serviceAccount: 'datadog/agent', namespace: 'other' }, /namespace of its account/],
    [{ node: 'n1', image: '$(id)' }, /is not an image/],
    [{ node: 'n1', container: 'agent' }, /are for manifest debug/],
    [{ what: 'npd' }, /leave out all options/],
    ...MANIFESTS.filter((what) => what !== 'access' && what !== 'npd').map((what): [Partial<ManifestFlags>, RegExp] => [
      { what, image: undefined, ...(what === 'pod' || what === 'debug' ? { node: 'n1' } : {}) },
      /needs --image IMAGE/,
    ]),
  ];
  for (const [flags, words] of refused)
    it(`refuses ${JSON.stringify(flags)} in one line`, () => {
      const { code, stdout, stderr } = manifest(flags);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, words);
      assert.equal(stderr.trimEnd().split('\n').length, 1);
    });

  it('prints a debug command that names the agent, and one beside it that takes its token', () => {
    const node = manifest({ what: 'debug', node: 'n1', serviceAccount: 'datadog/agent' }).stdout;
    assert.match(node, /^kubectl debug node\/n1 -it .*--custom="\$custom" -- .*--node n1 --service-account datadog\/agent$/m);
    const pod = manifest({ what: 'debug', pod: 'agent-x', namespace: 'datadog', container: 'trace-agent' }).stdout;
    assert.match(pod, /^kubectl debug agent-x -n datadog -it .*--target=trace-agent/m);
    const custom = (/^\{.*\}$/m.exec(pod)?.[0] ?? '').replace('$user', '0').replace('$nonroot', 'false');
    const { volumeMounts, securityContext } = JSON.parse(custom) as {
      volumeMounts: { name: string }[];
      securityContext: { runAsUser: number; runAsNonRoot: boolean };
    };
    assert.equal(volumeMounts[0]?.name, '$volume');
    assert.deepEqual([securityContext.runAsUser, securityContext.runAsNonRoot], [0, false]);
    // Without --custom, as a comment: whoever pastes it all runs one command.
    for (const text of [node, pod]) assert.equal(text.split('\n').filter((line) => line.startsWith('kubectl debug')).length, 1);
    assert.match(pod, /^# kubectl debug agent-x .*--profile=general -- .* --agent-process auto$/m);
  });
});
