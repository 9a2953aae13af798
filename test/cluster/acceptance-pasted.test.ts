/**
 * Every command of kubectl that is printed, of each scenario and of the docs of causes, run by a shell as printed against a real apiserver: it knows
 * the words, flags, resources and JSON paths. That an object is not there, or refuses, is an answer; that a word is unknown is none.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { diagnoseOnce } from '../scenarios/diagnosed.js';
import { WORLDS_AT_ONCE } from '../scenarios/run.js';
import { commandsOfDocs, printedIn } from '../support/commands.js';
import { type Cluster, startCluster } from './cluster.js';
import { createDaemonSet } from './daemonsets.js';
import { applyObject } from './identities.js';
import { NODE_IPS } from './net.js';

const missing = spawnSync('kubectl', ['version', '--client']).status === 0 ? false : 'no kubectl on PATH';
/** Names as the docs have them; the longer ones first. */
const VALUES: readonly [RegExp, string][] = [
  [/\bNODE-ADDRESS\b/g, NODE_IPS.n1],
  [/\bNAMESPACE\b/g, 'datadog'],
  [/\bNODE\b/g, 'n1'],
  [/\b(?:POD|NAME|ROLE|CONTAINER|NS)\b/g, 'datadog-agent'],
];
/** What kubectl says of its own words. */
const UNKNOWN =
  /unknown (?:flag|command|shorthand)|Error: unknown|error: (?:unknown|invalid|the server doesn't have a resource type|error parsing|unrecognized|You must|a resource|must |expected|name cannot|there is no need|unable to match|exactly one|Required)|not found in (?:group|the server)|See 'kubectl|unterminated|unclosed|syntax error/i;
/** A resource of an operator that is not here. */
const OTHERS = /ciliumnetworkpolicies|datadogagents/;
/** Waits for a terminal or an editor, follows a log of what no runtime here writes, or is another program's line. */
const NOT_RUN = /kubectl (?:edit|drain|debug)|\bexec\b|\b-it\b/;
/** Is named in a sentence. */
const NAMED = /^kubectl (?:logs|create token)$/;

let cluster: Cluster;

describe('kubectl, as printed', { skip: missing }, () => {
  const printed = new Set<string>();
  before(async () => {
    cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
    await applyObject(cluster.admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'datadog' } });
    await createDaemonSet(cluster.admin, { spec: { nodeSelector: { 'kubernetes.io/hostname': 'n1' } }, container: {} });
  });
  after(() => cluster?.stop());

  const environment = () => {
    const bin = path.join(cluster.dir, 'pasted');
    mkdirSync(bin, { recursive: true });
    // Programs that are not everywhere, and ours, only take what they are given.
    for (const name of [
      'crictl',
      'jq',
      'openssl',
      'kubelet-doctor',
      'journalctl',
      'systemctl',
      'curl',
      'oc',
      'helm',
      'cilium',
      'nc',
      'tcpdump',
    ]) {
      const file = path.join(bin, name);
      try {
        writeFileSync(file, '#!/bin/sh\n[ -t 0 ] || cat >/dev/null\n', { mode: 0o755, flag: 'wx' });
      } catch {
        // There since the command before.
      }
    }
    return { PATH: `${bin}:${process.env.PATH}`, HOME: cluster.dir, KUBECONFIG: cluster.adminKubeconfig };
  };
  const paste = (command: string): Promise<string> =>
    new Promise((resolve) =>
      execFile('sh', ['-c', command], { env: environment(), cwd: cluster.dir, timeout: 30_000 }, (_, stdout, stderr) =>
        resolve(`${stdout}\n${stderr}`),
      ).stdin?.end(),
    );

  describe('collected', { concurrency: WORLDS_AT_ONCE }, () => {
    for (const { scenario, world } of SCENARIOS)
      it(scenario, async () => {
        const { report } = await diagnoseOnce(world);
        for (const command of printedIn(report))
          if (/\bkubectl\b/.test(command)) printed.add(command.replace(/ --(?:kubeconfig|context)=\S+/g, ''));
      });
  });

  it('is known to kubectl and the apiserver', async (t) => {
    for (const { command } of commandsOfDocs()) if (/\bkubectl\b/.test(command)) printed.add(command);
    const unknown: string[] = [];
    let ran = 0;
    // What deletes and refuses comes last: what was asked about before must still be there.
    const last = (command: string) => Number(/\b(?:delete|label|patch|apply|create|approve)\b/.test(command));
    for (const command of [...printed].filter((each) => !NOT_RUN.test(each) && !NAMED.test(each)).sort((a, b) => last(a) - last(b))) {
      const filled = VALUES.reduce((text, [name, value]) => text.replaceAll(name, value), command);
      const said = await paste(filled);
      ran += 1;
      if (UNKNOWN.test(said) && !OTHERS.test(command)) unknown.push(`${filled}\n${said.slice(0, 400)}`);
    }
    t.diagnostic(`${ran} of ${printed.size} were run`);
    assert.deepEqual(unknown, []);
    assert.ok(ran > 150, `only ${ran}`);
  });

  it('what its docs say is printed on a cluster that is well', async () => {
    const docs = (cause: string) => {
      const found = commandsOfDocs().find((each) => each.cause === cause && each.field === 'confirm' && each.command.includes('kubectl'));
      assert.ok(found, cause);
      return VALUES.reduce((text, [name, value]) => text.replaceAll(name, value), found.command);
    };
    for (const [cause, expected] of Object.entries(WELL)) assert.match(await paste(docs(cause)), expected, `${cause}: ${docs(cause)}`);
  });
});

/** By cause: what its confirm prints where nothing is wrong, by which the faulty answer is told apart. */
const WELL: Readonly<Record<string, RegExp>> = {
  'kubelet-connect-timeout': /^ok/m,
  'kubelet-down': /\bn1 +Ready\b/,
  'kubelet-port-differs': /^10250$/m,
  'kubelet-answers-for-another-node': /"nodeName": "n1"/,
  'kubelet-unhealthy': /\[\+\]ping ok/,
  'apiserver-not-ready': /\[\+\]ping ok/,
  'apiserver-throttles': /apiserver_flowcontrol_rejected_requests_total|^\s*$/,
  'kubelet-always-allow': /"authorization":\{"mode":"Webhook"/,
  'kubelet-permission-missing': /^no$/m,
  'role-grants-too-much': /^no$/m,
  'create-limited-by-name': /^no$/m,
  'review-forbidden': /system:authenticated/,
  'node-cordoned': /^n1 +Ready +/m,
  'kubelet-version-skew': /v1\.36/,
  'kubernetes-too-old': /Server Version: v1\.36/,
  'node-address-dead': /10\.77\.0\.11/,
  'component-status-deprecated': /deprecated/,
  'endpoints-deprecated': /deprecated/,
};
