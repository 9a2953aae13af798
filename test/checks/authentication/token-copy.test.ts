import { tokenCopy } from '../../../src/checks/authentication/token-copy.js';
import type { Need, TokenClaims } from '../../../src/model/facts.js';
import { base, fact, NOW } from '../facts.js';
import { answer, unauthorized } from '../kubelet-answers.js';
import { judgeTable } from '../table.js';

const MOUNTED = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const COPY = '/etc/datadog-agent/kubelet-token';
const now = NOW / 1000;
const claims = (change: Partial<TokenClaims> = {}): TokenClaims => ({
  issuer: 'https://kubernetes.default.svc',
  subject: 'system:serviceaccount:datadog:agent',
  audiences: [],
  issuedAt: now - 60,
  pod: 'agent-new',
  legacy: false,
  ...change,
});
const token = (need: Need & `${string}/credential`, source: string, change: Partial<TokenClaims> = {}, subject = 'token') =>
  fact(need, { as: 'token', source, token: claims(change) }, subject);
const mounted = token('self/credential', MOUNTED, {}, 'mounted');
const refusedByApiserver = fact(
  'apiserver/http',
  { method: 'POST', path: '/x', as: 'token', status: 401, body: '', voice: 'apiserver' },
  'token POST /x',
);
const laptop = base().map((f) =>
  f.kind === 'place' && f.outcome.status === 'observed' ? fact('self/place', { ...f.outcome.data, agentEnvironment: false }) : f,
);

const HOUR = 3600;
/** The agent here, and for how many hours. */
const runs = (version: string | undefined, hours: number) =>
  base().map((f) =>
    f.kind === 'place' && f.outcome.status === 'observed'
      ? fact('self/place', {
          ...f.outcome.data,
          agentRunning: { pid: 1, startedMs: NOW - hours * HOUR * 1000, ...(version && { version }) },
        })
      : f,
  );

judgeTable(tokenCopy, [
  {
    row: 'the mounted token',
    facts: [...base(), token('kubelet/credential', MOUNTED), token('apiserver/credential', MOUNTED)],
    expect: 'pass',
    says: /an Agent before 7\.37 that still logs 401 keeps an older one/,
  },
  { row: 'another file, and no mount to compare with', facts: [...base(), token('kubelet/credential', COPY)], expect: 'not-applicable' },
  { row: 'another file with the same token', facts: [...base(), mounted, token('kubelet/credential', COPY)], expect: 'pass' },
  {
    row: 'a token of another ServiceAccount is no copy',
    facts: [...base(), mounted, token('kubelet/credential', COPY, { subject: 'system:serviceaccount:other:x', pod: 'x' })],
    expect: 'pass',
  },
  {
    row: 'made by kubectl create token: bound to no pod',
    facts: [...base(), mounted, token('kubelet/credential', COPY, { pod: undefined })],
    expect: 'pass',
  },
  {
    row: 'a copy from another pod, which the kubelet refuses',
    facts: [...base(), mounted, token('kubelet/credential', COPY, { pod: 'agent-gone' }), unauthorized('token', '/healthz')],
    expect: { cause: 'token-stale-copy', severity: 'blocks', certainty: 'proven' },
    witnesses: ['kubelet/credential', 'self/credential'],
    says: /bound to another pod: agent-gone.*mounted: pod agent-new.*kubelet, token GET \/healthz: 401.*DD_KUBELET_AUTH_TOKEN_PATH=\/var\/run\/secrets/,
  },
  {
    row: 'an hour older and still accepted: it will not stay so',
    facts: [...base(), mounted, token('kubelet/credential', COPY, { issuedAt: now - 7260 }), answer('token', '/healthz', 200)],
    expect: { cause: 'token-stale-copy', severity: 'degrades' },
    witnesses: ['kubelet/credential', 'self/credential'],
    says: /2 hours older/,
  },
  {
    row: 'given by flag, refused by the apiserver',
    facts: [...laptop, mounted, token('apiserver/credential', COPY, { pod: 'agent-gone' }), refusedByApiserver],
    expect: { cause: 'token-stale-copy', severity: 'blocks' },
    witnesses: ['apiserver/credential', 'self/credential'],
    says: /apiserver, token POST \/x: 401.*--token-file \/var\/run/,
  },
  {
    row: 'an old Agent runs since before its token was issued: the one it keeps is not at its end',
    facts: [...runs('7.36.1', 2), token('kubelet/credential', MOUNTED, { expiresAt: now + 6 * HOUR })],
    expect: { cause: 'token-held-by-process', severity: 'risk', certainty: 'suspected' },
    says: /Agent 7\.36\.1 uses an older token.*process 1: started 2026-05-31T22:00:00/,
  },
  {
    row: 'the same, longer than a token lives',
    facts: [...runs('7.32.3', 3), token('kubelet/credential', MOUNTED, { expiresAt: now - 60 + HOUR })],
    expect: { cause: 'token-held-by-process', severity: 'blocks', certainty: 'suspected' },
    says: /uses a token that ended at 2026-05-31 22:00/,
  },
  {
    row: 'a newer Agent reads its file again',
    facts: [...runs('7.37.0', 3), token('kubelet/credential', MOUNTED, { expiresAt: now + HOUR })],
    expect: 'pass',
    says: /re-reads it from version 7\.37/,
  },
  {
    row: 'a version that is not known',
    facts: [...runs(undefined, 3), token('kubelet/credential', MOUNTED, { expiresAt: now + HOUR })],
    expect: 'pass',
  },
  {
    row: 'an old Agent with the token of its start',
    facts: [...runs('7.32.3', 0), token('kubelet/credential', MOUNTED, { expiresAt: now + HOUR })],
    expect: 'pass',
  },
]);
