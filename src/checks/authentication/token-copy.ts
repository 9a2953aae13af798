/**
 * Is the token that is presented the one that the kubelet renews, or a copy of it? The mount is replaced at four fifths of its life; a copy
 * ends with its pod, or with the life it was made for. Judged by the claims of both, and by what the servers answer.
 */
import { MOUNTED_TOKEN } from '../../kubernetes/service-account.js';
import { defineCheck, type Verdict } from '../../model/check.js';
import type { Credential, Fact, TokenClaims } from '../../model/facts.js';
import { compareVersions } from '../../profiles/resolve.js';
import { dateTime, isoTime } from '../../words/formats.js';
import { apiserverFeatures } from '../shared/apiserver.js';
import { cite, citeBy } from '../shared/cite.js';
import { env, fixBy, orBy, shell } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../shared/kubelet.js';
import { notApplicable, pass, problem, suspected } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { answers, looked, seen, span } from '../shared/read.js';

export const tokenCopy = defineCheck({
  question: 'token-copy',
  asks: 'Is the token in use the mounted one, which the kubelet renews?',
  target: 'self',
  layer: 'authn',
  required: false,
  needs: ['self/credential', 'self/place', 'self/settings', 'kubelet/credential', 'kubelet/http', 'apiserver/credential', 'apiserver/http'],
  words: {
    otherPod: 'The token is a copy, bound to another pod: {pod}',
    older: 'The token is a copy, {ago} older than the mounted one',
    mounted: 'the mounted token is in use',
    mountedUnseen: 'the mounted token is in use; an Agent before 7.37 that still logs 401 keeps an older one: restart its pod',
    mountedLater: 'the mounted token is in use; the agent runs since {started}, and re-reads it from version 7.37 on',
    heldEnded: 'The running Agent {version} uses a token that ended at {until}',
    heldOlder: 'The running Agent {version} uses an older token than the file',
    sawProcess: 'process {pid}: started {started}, Agent {version}',
    sawFile: 'the token in the file: issued {issued}, valid for {life}',
    fixUpgrade: 'Upgrade the Agent to 7.37 or later',
    fixRestart: 'Until then restart the pod before its token ends',
    noMount: 'no mounted token to compare with',
    sawCopy: '{source}: pod {pod}, issued {issued}',
    sawMounted: 'mounted: pod {pod}, issued {issued}',
    sawRefusal: '{server}, {request}: 401',
    fixMount: 'Use the mounted token instead of the copy',
    fixFlag: 'Pass the mounted token',
  },
  causes: {
    'token-held-by-process': {
      title: 'older token in the memory of the running agent',
      // DataDog/datadog-agent#10604, #11686: the kubelet client re-reads its file every minute from Agent 7.37 (kubelet check 7.4.0) on.
      means:
        'An Agent before 7.37 reads its token once, when its client of the kubelet is made, and keeps it. The kubelet renews the file at four fifths of its life; the process still sends the first one. When that ends, every request of the agent gets 401, while the file is good, and so is each check that reads it.',
      happens:
        'The pod is older than the life of its first token: an hour where the apiserver runs with `--service-account-extend-token-expiration=false`, 90 days on EKS, else a year. Later Agents re-read the file each minute.',
      confirm:
        "The agent's log has 401, and a fresh process with the same file has not. The audit log of the apiserver marks it before: `authentication.k8s.io/stale-token`.\n\n    kubectl -n NAMESPACE logs POD -c agent | grep -c 'status code 401'\n    kubectl -n NAMESPACE exec POD -c agent -- agent version",
      fix: 'Upgrade the Agent to 7.37 or later. A restart of the pods helps until their next token ends.',
      avoid: 'Do not create a token that never expires instead: a stolen one is valid until its Secret is deleted.',
    },
    'token-stale-copy': {
      title: 'stale copy of a token',
      // Kubernetes 1.36 and 1.37 pkg/kubeapiserver/options/authentication.go (ExtendExpiration), pkg/serviceaccount/claims.go (leeway); kubelet webhook cacheTTL.
      means:
        'The token in use is not the mounted one but an older copy, or the token of another pod. The apiserver refuses a bound token within a minute after its pod is gone (a kubelet may take up to two minutes more, from its cache), and when it expires: by default after a year, after an hour where the apiserver runs with `--service-account-extend-token-expiration=false`; some clouds set another limit. The kubelet renews the mounted file, not a copy.',
      happens:
        'An init container or a script copied the token to a file or a Secret, and `DD_KUBELET_AUTH_TOKEN_PATH` names that copy. Or a program read the file once and kept it (as older Agents do), or the token is from a pod that has been replaced.',
      confirm:
        'Run this for the copy and for the mounted file. The audit log of the apiserver marks old tokens with `authentication.k8s.io/stale-token`.\n\n    cut -d. -f2 FILE | base64 -d 2>/dev/null |\n      jq \'.iat, ."kubernetes.io".pod.name\'',
      fix: `Read ${MOUNTED_TOKEN} at each use; upgrade an old Agent. A restart helps only until its new token ends.`,
      avoid: 'Do not create a token that never expires instead: a stolen one is valid until its Secret is deleted.',
    },
  },
  judge(view, say) {
    const placeFact = view.one('self/place');
    const mount = view.one('self/credential', 'mounted');
    const mounted = seen(mount)?.token;
    const sides = [
      { server: 'kubelet', fact: view.one('kubelet/credential', 'token'), http: view.all('kubelet/http') },
      { server: 'apiserver', fact: view.one('apiserver/credential', 'token'), http: view.all('apiserver/http') },
    ] as const;
    const copies = sides.flatMap((side) => {
      const credential = seen(side.fact);
      return credential && isCopy(credential, mounted) ? [{ ...side, credential }] : [];
    });
    const refusedBy = copies.find(({ http }) => answers(http, 'token').some((a) => a.status === 401));
    const copy = refusedBy ?? copies[0];
    if (!copy) {
      const presentsNone = sides.every(({ fact }) => [undefined, MOUNTED_TOKEN].includes(seen(fact)?.source));
      const shown = [view.one('self/credential', 'mounted'), ...view.all('kubelet/credential'), ...view.all('apiserver/credential')].filter(
        looked,
      );
      if (!(mounted || presentsNone) || shown.length === 0) return notApplicable(say('noMount'));
      return ofRunning(
        sides.map(({ fact }) => fact).find((fact) => seen(fact)?.source === MOUNTED_TOKEN),
        shown,
      );
    }

    const { source, token } = copy.credential;
    const refusal = refusedBy?.http.find((f) => answers([f], 'token').some((a) => a.status === 401));
    const other = token?.pod !== undefined && mounted?.pod !== undefined && token.pod !== mounted.pod;
    const place = seen(placeFact);
    return problem('token-stale-copy', {
      proof: inTheirWords(copy.fact, mount),
      // A copy that is still accepted ends with its pod, or with its own life.
      severity: refusedBy ? 'blocks' : 'degrades',
      title: other
        ? say('otherPod', { pod: token?.pod ?? '' })
        : say('older', { ago: span(((mounted?.issuedAt ?? 0) - (token?.issuedAt ?? 0)) * 1000) }),
      features: refusedBy ? (refusedBy.server === 'kubelet' ? ALL_KUBELET_FEATURES : apiserverFeatures(view.one('self/settings'))) : [],
      evidence: [
        citeBy(`${copy.server}/credential`, 'token', say('sawCopy', { source, pod: token?.pod ?? 'none', issued: issued(token) })),
        citeBy('self/credential', 'mounted', say('sawMounted', { pod: mounted?.pod ?? 'none', issued: issued(mounted) })),
        ...(refusal ? [cite(refusal, say('sawRefusal', { server: copy.server, request: refusal.subject }))] : []),
      ],
      fixes: place?.agentEnvironment
        ? [fixBy('agent', 'config', say('fixMount'), env({ DD_KUBELET_AUTH_TOKEN_PATH: MOUNTED_TOKEN }))]
        : [fixBy('agent', 'nothing', say('fixFlag'), shell(`kubelet-doctor --token-file ${MOUNTED_TOKEN}`))],
    });

    /** The file is right; what the process has read of it is known only where its start is. */
    function ofRunning(used: Fact<'credential'> | undefined, shown: Fact<'credential'>[]): Verdict<'token-held-by-process'> {
      const { agentEnvironment, agentRunning } = seen(placeFact) ?? {};
      const held = used && heldByProcess(placeFact, used);
      if (held) return held.isOld ? old(held) : pass(shown, say('mountedLater', { started: isoTime(held.started / 1000) }));
      return pass(shown, used && agentEnvironment && !agentRunning ? say('mountedUnseen') : say('mounted'));
    }

    function old({ pid, started, version, life, until, hasEnded, used }: Held): Verdict<'token-held-by-process'> {
      return problem('token-held-by-process', {
        ...suspected(['token-rejected', 'kubelet-cannot-reach-apiserver'], [{ need: 'kubelet/http', elsewhere: LOOK_IN_LOG }]),
        severity: hasEnded ? 'blocks' : 'risk',
        title: hasEnded ? say('heldEnded', { version, until: dateTime(until) }) : say('heldOlder', { version }),
        features: hasEnded ? ALL_KUBELET_FEATURES : [],
        evidence: [
          cite(placeFact, say('sawProcess', { pid, started: isoTime(started / 1000), version })),
          cite(used, say('sawFile', { issued: issued(seen(used)?.token), life: span(life) })),
        ],
        fixes: [fixBy('agent', 'restart', say('fixUpgrade')), orBy('agent', 'restart', say('fixRestart'))],
      });
    }
  },
});

/** The kubelet client of these and later versions reads its token again (datadog-agent#11686). */
const REFRESHES = '7.37.0';
const LOOK_IN_LOG = "kubectl -n NAMESPACE logs POD -c agent | grep -c 'status code 401'";
/** More than two clocks of one cluster differ by. */
const SURELY_LATER_MS = 5 * 60_000;

interface Held {
  pid: number;
  started: number;
  version: string;
  /** It is one that keeps its token. */
  isOld: boolean;
  /** Of the token in the file, and so of the one before it, which has ended at the latest at `until`. */
  life: number;
  until: number;
  hasEnded: boolean;
  used: Fact<'credential'>;
}

/** A process that began before the token in its file was issued has read an earlier one. */
function heldByProcess(place: Fact<'place'>, used: Fact<'credential'>): Held | undefined {
  const { agentRunning, nowMs = 0 } = seen(place) ?? {};
  const { issuedAt, expiresAt } = seen(used)?.token ?? {};
  if (!agentRunning || issuedAt === undefined || expiresAt === undefined) return undefined;
  const { pid, startedMs: started, version = '' } = agentRunning;
  if (issuedAt * 1000 - started <= SURELY_LATER_MS) return undefined;
  const life = (expiresAt - issuedAt) * 1000;
  const until = started + life;
  const isOld = version !== '' && compareVersions(version, REFRESHES) < 0;
  return { pid, started, version, isOld, life, until, hasEnded: until < nowMs, used };
}

/** Another file, the same ServiceAccount, and another pod or an earlier hour. */
function isCopy({ source, token }: Credential, mounted: TokenClaims | undefined): boolean {
  if (source === MOUNTED_TOKEN || !token || !mounted || token.subject === undefined || token.subject !== mounted.subject || token.legacy)
    return false;
  if (token.pod === undefined) return false;
  return token.pod !== mounted.pod || (token.issuedAt ?? 0) < (mounted.issuedAt ?? 0);
}

function issued(claims: TokenClaims | undefined): string {
  return claims?.issuedAt ? isoTime(claims.issuedAt) : 'unknown';
}
