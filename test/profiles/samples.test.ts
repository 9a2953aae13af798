/**
 * Real installs: what charts, the operator and release manifests make, each with the right answer (index.json in the folder that KD_SAMPLES names).
 * Their own roles decide, by `src/kubernetes/rbac.ts`: nothing is missing where nothing is, and what was taken away is found.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { findProfile } from '../../src/profiles/index.js';
import { type Judged, judgeInstall, pairsOf } from './installs.js';

interface Right {
  missing: string[];
  exit: number;
}
interface Account {
  role: string;
  profile?: string;
  account: string;
  right?: Right;
  /** Of platforms where no such kubelet is judged it is a word. */
  right_before_1_33?: Right | string;
}
interface Sample {
  file: string;
  agent: string;
  kubernetes: string;
  accounts?: Account[];
}

const ROOT = `${process.env.KD_SAMPLES ?? ''}/manifests`;
const SAMPLES = existsSync(`${ROOT}/index.json`) ? (JSON.parse(readFileSync(`${ROOT}/index.json`, 'utf8')) as Sample[]) : [];
/** Their volumes were left out, and with them the only sign that kube-state-metrics is on. */
const ASKED: Record<string, string[]> = {
  'datadog-cut/cluster-without-ksm.yaml': ['kube-state-metrics'],
  'datadog-cut/runner-without-ksm.yaml': ['kube-state-metrics'],
};

const profileOf = ({ role, profile }: Account) => findProfile(profile ?? (role === 'runner' ? 'datadog-cluster-checks' : ''));

/** `*`: all that the profile needs; `...`: and more of the same. */
function assertMissing({ missing, needed, problems, lacks }: Judged, right: Right): void {
  // Some of what was taken away another role of the same file grants as well.
  const listed = right.missing
    .filter((each) => each !== '*' && each !== '...')
    .flatMap(pairsOf)
    .filter(lacks);
  const wanted = right.missing.includes('*') ? [...needed] : listed;
  const got = right.missing.includes('...') ? [...missing].filter((each) => listed.includes(each)) : [...missing];
  assert.deepEqual(got.sort(), [...new Set(wanted)].sort(), problems.join());
}

describe('the samples', { skip: SAMPLES.length === 0 && 'KD_SAMPLES names no folder' }, () => {
  for (const sample of SAMPLES)
    for (const each of sample.accounts ?? []) {
      const profile = profileOf(each);
      const { right, right_before_1_33: before = right } = each;
      if (!profile || !right) continue;
      const install = {
        yaml: readFileSync(`${ROOT}/${sample.file}`, 'utf8'),
        account: each.account,
        profile,
        kubernetes: sample.kubernetes,
      };
      const own = each.role === 'runner' || each.role === 'cluster-agent';
      const asked = (sample.file.includes('runner-') ? each.role === 'runner' : own) ? ASKED[sample.file] : undefined;
      for (const [kubelet, answer] of [
        ['v1.34.0', right],
        ['v1.31.0', before],
      ] as const) {
        if (!answer || typeof answer === 'string') continue;
        const where = `${sample.file} ${each.role}, kubelet ${kubelet}`;
        it(`${where}: in the pod`, () => {
          const judged = judgeInstall({ ...install, kubelet, ...(asked ? { asked } : {}) });
          assertMissing(judged, answer);
          assert.equal(judged.exit, answer.exit, judged.problems.join());
        });
        it(`${where}: from outside`, () => {
          const judged = judgeInstall({ ...install, kubelet, outside: true });
          if (answer.missing.length === 0) assert.deepEqual([...judged.missing, ...judged.problems], []);
          const listed = answer.missing.flatMap(pairsOf);
          const isFound = (pair: string) => answer.missing.includes('*') || answer.missing.includes('...') || listed.includes(pair);
          assert.ok([...judged.missing].every(isFound), [...judged.missing].join('; '));
        });
      }
    }
});
