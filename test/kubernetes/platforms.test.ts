/** Whose node it is, by what real Nodes carry; and what is printed for it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECKS } from '../../src/checks/index.js';
import { judge } from '../../src/judge/judge.js';
import { fixesOn, messageOn, platformIn } from '../../src/judge/on-platform.js';
import { type NodeMarks, PLATFORM, PLATFORMS, type PlatformName, platformOf } from '../../src/kubernetes/kubelet/platforms.js';
import type { Fix } from '../../src/model/check.js';
import type { AnyFact } from '../../src/model/facts.js';
import { base, certificate, ENDPOINT, fact, handshake, nodeObject } from '../checks/facts.js';
import { nodeProcess } from '../checks/node-facts.js';

describe('whose node it is', () => {
  for (const [marks, platform] of [
    [{ version: 'v1.33.4+k3s1' }, 'k3s'],
    [{ version: 'v1.33.4+rke2r1' }, 'RKE2'],
    [{ labels: { 'node.kubernetes.io/instance-type': 'rke2' } }, 'RKE2'],
    [{ version: 'v1.33.4-gke.1234' }, 'GKE'],
    [{ name: 'gk3-cluster-pool-2-1234', version: 'v1.33.4-gke.1234' }, 'GKE Autopilot'],
    [{ name: 'gk3-of-mine', version: 'v1.33.4' }, undefined],
    [{ version: 'v1.33.4-eks-abc1234' }, 'EKS'],
    [{ version: 'v1.33.4-eks-abc1234', labels: { 'eks.amazonaws.com/compute-type': 'fargate' } }, 'EKS Fargate'],
    [{ version: 'v1.33.4-eks-abc1234', labels: { 'eks.amazonaws.com/compute-type': 'auto' } }, 'EKS Auto Mode'],
    [{ version: 'v1.33.4-eks-abc1234', osImage: 'Bottlerocket OS 1.40.0 (aws-k8s-1.33)' }, 'Bottlerocket'],
    [{ labels: { 'kubernetes.azure.com/mode': 'system' } }, 'AKS'],
    [{ osImage: 'Talos (v1.10.0)' }, 'Talos'],
    [{ osImage: 'Red Hat Enterprise Linux CoreOS 418.94' }, 'OpenShift'],
    [{ osImage: 'Red Hat Enterprise Linux 9.4' }, undefined],
    [{ labels: { 'microk8s.io/cluster': 'true' } }, 'microk8s'],
    [{ version: 'v1.33.4', osImage: 'Debian GNU/Linux 12', labels: { 'node-role.kubernetes.io/control-plane': '' } }, undefined],
  ] as const satisfies readonly (readonly [NodeMarks, PlatformName | undefined])[])
    it(`${JSON.stringify(marks)}: ${platform ?? 'not known'}`, () => assert.equal(platformOf(marks), platform));

  it('by the object, else by the kubelet that runs here, else by the apiserver', () => {
    const of = (...facts: AnyFact[]) => platformIn((need) => facts.filter(({ target, kind }) => `${target}/${kind}` === need))?.name;
    const version = fact('apiserver/version', { gitVersion: 'v1.33.4+k3s1', major: 1, minor: 33 }, '');
    assert.equal(of(nodeObject({ platform: 'AKS' }), version), 'AKS');
    assert.equal(of(nodeObject({ platform: '$(id)' })), undefined);
    assert.equal(of(nodeProcess({ program: 'kubelite' })), 'microk8s');
    assert.equal(of(version), 'k3s');
    assert.equal(of(nodeObject()), undefined);
  });
});

describe('a fix, as it is done there', () => {
  const fix = (steps: string, more: Partial<Fix> = {}): Fix => ({
    owner: 'node',
    changes: 'restart',
    action: { id: 'x', args: {}, en: 'Do it' },
    steps,
    form: 'shell',
    ...more,
  });
  const closed = fix('# in the file\nauthentication:\n  anonymous:\n    enabled: false\nreadOnlyPort: 0', { form: 'kubelet-config' });
  const restart = fix('journalctl -u kubelet -n 50 --no-pager\nsystemctl restart kubelet');
  const bootstrap = fix('# in the file\nserverTLSBootstrap: true', { form: 'kubelet-config' });
  const said = (one: Fix, name: PlatformName) =>
    fixesOn([one], name)
      .map(({ steps, action }) => `${action.en}\n${steps ?? ''}`)
      .join('\n');
  for (const [one, name, expected] of [
    [closed, 'k3s', /config\.yaml.*\nkubelet-arg:\n {2}- "anonymous-auth=false"\n {2}- "read-only-port=0"$/],
    [closed, 'microk8s', /args\/kubelet.*\n--anonymous-auth=false\n--read-only-port=0$/],
    [
      closed,
      'EKS',
      /kind: NodeConfig\nspec:\n {2}kubelet:\n {4}config:\n {6}authentication:\n {8}anonymous:\n {10}enabled: false\n {6}readOnlyPort: 0$/,
    ],
    [closed, 'OpenShift', /kind: KubeletConfig[\s\S]*kubeletConfig:\n {4}authentication:/],
    [closed, 'AKS', /^Replace this node: AKS sets this/],
    [closed, 'GKE Autopilot', /^Move its pods to another node: GKE Autopilot runs this one itself/],
    [fix('# in the file\nreadOnlyPort: 0', { form: 'kubelet-config' }), 'GKE', /no-enable-insecure-kubelet-readonly-port$/],
    [bootstrap, 'AKS', /^Upgrade the node image.*\naz aks nodepool upgrade .*--node-image-only$/],
    [
      bootstrap,
      'RKE2',
      /^Make RKE2 issue its certificates again\nsystemctl stop rke2-server .*\nrke2 certificate rotate\nsystemctl start rke2-server$/,
    ],
    [bootstrap, 'Bottlerocket', /apiclient set kubernetes\.server-tls-bootstrap=true$/],
    [restart, 'k3s', /journalctl -u k3s -u k3s-agent -n 50 --no-pager\nsystemctl restart k3s {3}# on an agent node: k3s-agent$/],
    [restart, 'Talos', /talosctl -n NODE logs kubelet\ntalosctl -n NODE service kubelet restart$/],
    [restart, 'OpenShift', /oc debug node\/NODE -- chroot \/host systemctl restart kubelet$/],
    [restart, 'EKS', /systemctl restart kubelet$/],
    [restart, 'EKS Fargate', /^Move its pods/],
  ] as const satisfies readonly (readonly [Fix, PlatformName, RegExp])[])
    it(`${name}: ${one.steps?.split('\n').at(-1)}`, () => {
      assert.match(said(one, name), expected);
      if (one.form === 'kubelet-config') assert.ok(fixesOn([one], name).every((each) => each.form === undefined));
    });

  it('acts are short, and each names where it is from', () => {
    for (const name of PLATFORMS.filter((each) => each !== 'kubeadm')) {
      assert.ok(PLATFORM[name].source, name);
      for (const key of ['node', 'own', 'plane', 'rotate', 'join', 'issue'] as const)
        assert.ok(messageOn(key, name).en.length <= 66, `${key}, ${name}`);
    }
    assert.ok(messageOn('image', 'AKS').en.length <= 66);
  });

  it('a run says it so', () => {
    const own = certificate({ subject: 'CN=n1@1700000000', issuer: 'CN=n1-ca@1700000000', names: ['DNS:n1'] });
    const facts = [...base(), nodeObject({ platform: 'AKS' }), fact('kubelet/tls', handshake({ chain: [own], trusted: false }), ENDPOINT)];
    const { verdict } = judge(facts, CHECKS).find(({ check }) => check.question === 'kubelet-certificate') ?? {};
    assert.ok(verdict?.kind === 'problem');
    const [first, second] = verdict.fixes;
    assert.match(first?.steps ?? '', /hostCAPath/);
    assert.match(second?.steps ?? '', /^az aks nodepool upgrade/);
    const last = verdict.evidence.at(-1);
    assert.equal(last?.need, 'apiserver/node');
    assert.match(last?.saw.en ?? '', /^a node of AKS: what to do there is from the AKS documentation .*, and was not tried$/);
    assert.doesNotMatch(JSON.stringify(verdict.fixes), /serverTLSBootstrap/);
  });
});
