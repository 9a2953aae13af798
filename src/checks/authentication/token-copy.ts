/**
 * Is the token that is presented the one that the kubelet renews, or a copy of it? The mount is replaced at four fifths of its life; a copy
 * ends with its pod, or with the life it was made for. Judged by the claims of both, and by what the servers answer.
 */
import { MOUNTED_TOKEN } from '../../kubernetes/service-account.js';
import { defineCheck } from '../../model/check.js';
import type { Credential, TokenClaims } from '../../model/facts.js';
import { isoTime } from '../../words/formats.js';
import { apiserverFeatures } from '../shared/apiserver.js';
import { cite, citeBy } from '../shared/cite.js';
import { env, fixBy, shell } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../shared/kubelet.js';
import { notApplicable, pass, problem } from '../shared/problem.js';
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
    noMount: 'no mounted token to compare with',
    sawCopy: '{source}: pod {pod}, issued {issued}',
    sawMounted: 'mounted: pod {pod}, issued {issued}',
    sawRefusal: '{server}, {request}: 401',
    fixMount: 'Use the mounted token instead of the copy',
    fixFlag: 'Pass the mounted token',
  },
  causes: {
    'token-stale-copy': {
      title: 'stale copy of a token',
      // Kubernetes 1.36 pkg/kubeapiserver/options/authentication.go (ExtendExpiration), pkg/serviceaccount/claims.go (leeway); kubelet webhook cacheTTL.
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
      return (mounted || presentsNone) && shown.length > 0 ? pass(shown, say('mounted')) : notApplicable(say('noMount'));
    }

    const { source, token } = copy.credential;
    const refusal = refusedBy?.http.find((f) => answers([f], 'token').some((a) => a.status === 401));
    const other = token?.pod !== undefined && mounted?.pod !== undefined && token.pod !== mounted.pod;
    const place = seen(view.one('self/place'));
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
  },
});

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
