/**
 * Is the token one the apiserver takes? Whether it was accepted counts before anything its claims say. A 401 gives no reason (on purpose):
 * times are proof by the *server's* clock only; audience and issuer make a suspicion, which a TokenReview by someone else decides.
 */

import { serviceAccountOf } from '../../kubernetes/names.js';
import { MOUNTED_TOKEN } from '../../kubernetes/service-account.js';
import { defineCheck, type Evidence, type Fix, type Message, type Problem, type Want } from '../../model/check.js';
import { apiserverFeatures, inPod, judgesAnAgent, ownerHere, ownPod, quotedPath, serverNow } from '../shared/apiserver.js';
import { AUTOMOUNT, byHand, fixBy, shell, yaml } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, settingOf } from '../shared/kubelet.js';
import { answers, failure, seen, span } from '../shared/read.js';
import { causeOfReason, reasonOf } from './replayed.js';
import { isForApiserver, isForSomeoneElse, looksForeign } from './token-claims.js';

/** Claims alone, without the apiserver's word: only what no small error of a clock explains. */
const LONG_PAST_MS = 5 * 60_000;

export const token = defineCheck({
  question: 'token',
  asks: 'Is the token readable, valid and accepted by the apiserver?',
  target: 'apiserver',
  layer: 'authn',
  required: true,
  needs: [
    'apiserver/credential',
    'apiserver/http',
    'apiserver/identity',
    'apiserver/clock',
    'apiserver/tls',
    'apiserver/token-review',
    'kubelet/http',
    'kubelet/clock',
    'self/place',
    'self/settings',
  ],
  words: {
    missing: 'No ServiceAccount token is mounted here: {path} does not exist',
    fileMissing: 'The token file {path} does not exist',
    unreadable: 'The token file {path} cannot be read ({code})',
    malformed: 'What is in {path} is not a token: {fault}',
    opaque: 'The apiserver refuses what is in {source}, and it is no ServiceAccount token: not three base64url parts with claims',
    expired: "The token in {source} expired {ago} ago by the apiserver's clock",
    expiredByOurs: 'The token in {source} expired {ago} ago, by its own claims',
    notYetValid: 'The token in {source} is not valid before {when}, in {ahead}',
    wrongAudience: 'The token in {source} is made for {audiences}, not for the apiserver, which refuses it',
    foreign: 'The apiserver refuses the token in {source}: it comes from another issuer ({issuer})',
    rejected: 'The apiserver refuses the token in {source}, whose dates and audience look right: its pod, account or signing key is gone',
    rejectedBecause: 'The apiserver refuses the token in {source}: {reason}',
    sawReview: 'TokenReview by {by}: {reason}',
    neverExpires: 'The token in {source} never expires: whoever copies it once can use it for ever',
    anonymous: 'The apiserver takes us for system:anonymous: the token in {source} did not reach it',
    nothingToSend: 'No credential for the apiserver is configured: it would answer as to a stranger',
    nobodyNamed: 'no credential was named, and no agent is installed on this node',
    usesCertificate: 'a client certificate is used, not a token',
    noFact: 'no credential was looked at yet',
    plugin: 'the credential plugin gave no token',
    withheld: "not sent: the apiserver's certificate does not verify",
    notAsked: 'the apiserver was not asked with this token',
    unclear: 'the apiserver answered {status}, which says nothing of the token',
    onlyKubelet: 'the kubelet answers 401, but the apiserver could not be asked: the token, or what the kubelet makes of it',
    sawFile: '{path}: {detail}',
    sawNothing: 'no token, no client certificate, no kubeconfig user',
    sawClaims: 'claims: iss {issuer}, aud {audiences}, sub {subject}, exp {expires}',
    sawStatus: 'the apiserver answers {status} to it',
    sawUser: 'the apiserver names us {user}',
    fixMount: 'Mount the token, automountServiceAccountToken: true, in the pod template (it wins over the ServiceAccount)',
    fixFile: 'Write a token to that file, or name the right one with --token-file',
    fixMode: 'Let the user of this process read it: file mode, fsGroup or runAsUser of the pod',
    fixRecreate: 'Recreate the pod: the kubelet mounts a fresh token and keeps it fresh',
    fixCreate: 'Make a new token for this ServiceAccount, for the apiserver (no audience given)',
    fixOrdinary: 'Use the token of the ordinary mount; a projected one must leave `audience` out',
    fixClock: 'Correct the clock of the control-plane node that issued it, then make a new one',
    fixBetween: 'Find what takes the Authorization header away: a proxy or load balancer that ends TLS in between',
    fixConfigure: 'Name a kubeconfig with a user, or a token with --token-file',
    fixBound: 'Use a bound token (the ordinary mount, or kubectl create token) and delete the Secret',
  },
  causes: {
    'token-missing': {
      title: 'no token mounted',
      means: 'There is no ServiceAccount token where the agent reads one. Kubelet and apiserver then see a stranger.',
      happens:
        '`automountServiceAccountToken: false` in the pod or its ServiceAccount. An ephemeral container (kubectl debug --target) never gets the mount, whatever the pod has.',
      confirm:
        'The mount, and who turned it off (pod first, then ServiceAccount):\n\n    ls -l /var/run/secrets/kubernetes.io/serviceaccount/\n    kubectl -n NAMESPACE get pod POD \\\n      -o jsonpath={.spec.automountServiceAccountToken}\n    kubectl -n NAMESPACE get serviceaccount NAME -o yaml',
      fix: "Set it to true in the pod template. In an ephemeral container mount the pod's `kube-api-access-…` volume with `--custom`, or read the agent's token below /proc/PID/root.",
      avoid: 'Do not turn anonymous access on, and do not paste a token that never ends into a Secret.',
      explainedBy: ['ephemeral-container-without-token'],
    },
    'token-unreadable': {
      title: 'token file not readable',
      means: 'The file is there and this process may not read it.',
      happens: "The agent runs as another user than the file's owner (mode 0600), or SELinux or AppArmor forbids it.",
      confirm: '`id; ls -lnL FILE` shows who may read it, and who we are.',
      fix: 'Set `fsGroup` in the pod’s securityContext, or run as the owner of the file. The pods are replaced.',
      avoid: 'Do not copy the token elsewhere: a copy goes stale. Do not run the agent privileged for one file.',
    },
    'token-malformed': {
      title: 'token file holds no token',
      means:
        'Empty, broken over lines, or with characters no header carries. The apiserver reads such a credential as none: 403 as system:anonymous, not 401.',
      happens: 'A template that was not filled in, base64 pasted undecoded or wrapped, `Bearer ` copied along.',
      confirm: '`wc -lc FILE; cut -c1-10 FILE` (a JWT begins with eyJ).',
      fix: 'Write the token anew, on one line.',
      avoid: 'Do not print the token into a log or ticket to look at it: its first characters are enough.',
    },
    'token-expired': {
      title: 'token expired',
      means: 'Its `exp` has passed, and servers refuse it.',
      happens: 'A copy of a token, or a program that read it once and kept it: the kubelet renews only the mounted file.',
      confirm: '`cut -d. -f2 FILE | base64 -d 2>/dev/null | jq .exp`, against `date +%s`.',
      fix: 'Read the mounted file, each time. Recreate the pod if the mount itself is stale: then its kubelet cannot reach the apiserver.',
      avoid: 'Do not make a token that never expires instead, and do not change RBAC: nobody is known yet.',
      explainedBy: ['token-stale-copy'],
    },
    'token-not-yet-valid': {
      title: 'token not valid yet',
      means: "Its `nbf` or `iat` lies ahead of the apiserver's clock.",
      happens: 'Clocks of control-plane nodes differ: one issued it, another checks it.',
      confirm: 'On each control-plane node at the same moment:\n\n    date -u; chronyc tracking || timedatectl',
      fix: 'Synchronise the control-plane clocks.',
      avoid: 'Do not issue it anew: the clock that signs it is the one that is ahead.',
    },
    'token-wrong-audience': {
      title: 'token for another audience',
      means: 'The token names who may accept it (`aud`), and that is not the apiserver. Kubelets ask the apiserver, so they refuse it too.',
      happens: 'A projected volume with an `audience` (vault, sts.amazonaws.com) is read in place of the ordinary mount.',
      confirm: '`cut -d. -f2 FILE | base64 -d 2>/dev/null | jq .aud`',
      fix: `Point the agent at the ordinary mount: \`${MOUNTED_TOKEN}\`. The pods are replaced.`,
      avoid: 'Do not add the foreign audience to `--api-audiences`: tokens meant for others would open the apiserver.',
    },
    'token-foreign': {
      title: 'token of another issuer',
      means: 'Who issued the token does not look like this cluster.',
      happens: 'A Secret or file carried over from another cluster, a cluster that was built anew, a changed `--service-account-issuer`.',
      confirm:
        'The two differ:\n\n    kubectl get --raw /.well-known/openid-configuration | jq .issuer\n    cut -d. -f2 FILE | base64 -d 2>/dev/null | jq .iss',
      fix: 'Use a token of this cluster, from its own ServiceAccount.',
      avoid: 'Do not add the other cluster’s issuer or keys to the apiserver: every account of it would get in.',
    },
    'token-rejected': {
      title: 'token refused for a reason only the apiserver knows',
      means:
        "A 401, though dates and audience look right. The reason stands in the apiserver's log, and in a TokenReview by who may make one.",
      happens:
        'The pod, Secret or ServiceAccount it is bound to was deleted or made anew (`has been invalidated`), the signing keys were replaced, or it is of another cluster.',
      confirm:
        'Ask the apiserver for its reason (`status.error`), as somebody who may create TokenReviews; the token goes through a file:\n\n    jq -n --rawfile t TOKENFILE \'{kind:"TokenReview",\n      apiVersion:"authentication.k8s.io/v1",\n      spec:{token:($t|rtrimstr("\\n"))}}\' |\n      kubectl create -f - -o jsonpath={.status.error}',
      fix: 'Recreate the pod: it gets a token bound to itself. After a change of signing keys every pod that keeps an old token must be recreated.',
      avoid: 'Never carry tokens out of pods, and do not change RBAC: a 401 comes before any right is looked at.',
      explainedBy: ['token-stale-copy'],
    },
    'token-never-expires': {
      title: 'token without an end',
      means: 'A token from a Secret (`kubernetes/serviceaccount`): it works until the Secret is deleted.',
      happens: 'Made by hand, or by Kubernetes before 1.24.',
      confirm:
        'Each of these is such a token:\n\n    kubectl get secrets -A \\\n      --field-selector type=kubernetes.io/service-account-token',
      fix: 'Use the mounted, bound token; delete the Secret when nothing reads it.',
      avoid: 'Do not delete the Secret before its readers are moved: they get 401 at once.',
    },
    'credential-not-sent': {
      title: 'apiserver sees no credential',
      means: 'The apiserver answers as to system:anonymous, which it does when *no* credential came: a bad one gives 401.',
      happens: 'No kubeconfig user and no token configured; or something between ends TLS and drops the Authorization header.',
      confirm: '`kubectl auth whoami` names the user that the apiserver sees.',
      fix: 'Configure a kubeconfig user, or mount the ServiceAccount token; or find what drops the Authorization header.',
      avoid: 'Never grant rights to system:anonymous: that grants them to everyone who reaches the apiserver.',
      explainedBy: ['host-install-without-credentials'],
    },
  },
  judge(view, say) {
    const place = seen(view.one('self/place'));
    const settings = view.one('self/settings');
    const here = ownerHere(place);
    const credential = view.one('apiserver/credential', 'token');
    const certificate = seen(view.one('apiserver/credential', 'certificate'));
    const none = seen(view.one('apiserver/credential', 'none'));
    const path = settingOf(settings, 'apiserver.token')?.value ?? MOUNTED_TOKEN;
    const features = [...(inPod(place) ? ALL_KUBELET_FEATURES : []), ...apiserverFeatures(settings)];
    const code = failure(credential);
    const held = seen(credential);
    const pod = ownPod(place);
    const remount = fixBy('agent', 'restart', say('fixRecreate'), shell(pod && `kubectl -n ${pod.namespace} delete pod ${pod.name}`));

    type Seen = Pick<Problem, 'evidence' | 'title' | 'fixes'>;
    const problem = <C extends string>(cause: C, { title, evidence, fixes }: Seen, more: Partial<Problem> = {}): Problem<C> => ({
      ...{ kind: 'problem', severity: 'blocks', certainty: 'proven', features, ...more },
      ...{ cause, title, evidence, fixes },
    });

    if (!held) {
      if (certificate) return { kind: 'not-applicable', why: say('usesCertificate') };
      if (code?.startsWith('EPLUGIN') || code === 'ENOEXEC') return { kind: 'cannot-tell', why: say('plugin'), wants: [] };
      const detail = credential.outcome.status === 'failed' ? credential.outcome.detail : '';
      const atFile = (title: Message, ...fixes: Fix[]): Seen => {
        const saw = code ? say('sawFile', { path, detail }) : say('sawNothing');
        const file = quotedPath(path);
        return { title, fixes, evidence: [{ need: 'apiserver/credential', subject: 'token', saw, reproduce: file && `ls -lnL ${file}` }] };
      };
      // Read from our own files: it neither follows from an unreachable server nor explains one.
      const own = { observedAt: 'self' } as const;
      if (code === 'ENOENT' || (none && inPod(place)))
        return inPod(place)
          ? problem('token-missing', atFile(say('missing', { path }), fixBy('agent', 'restart', say('fixMount'), yaml(AUTOMOUNT))), own)
          : problem('token-missing', atFile(say('fileMissing', { path }), fixBy(here, 'config', say('fixFile'))), own);
      const file = quotedPath(path);
      if (code && ['EMPTY', 'ENEWLINE', 'ENOTJWT', 'ETOOBIG'].includes(code)) {
        const renew =
          inPod(place) && path === MOUNTED_TOKEN ? remount : fixBy(here, 'config', say('fixFile'), shell(file && `wc -lc ${file}`));
        return problem('token-malformed', atFile(say('malformed', { path, fault: detail || code }), renew), own);
      }
      if (code)
        return problem(
          'token-unreadable',
          atFile(say('unreadable', { path, code }), fixBy(here, 'config', say('fixMode'), byHand(file && `id\nls -lnL ${file}`))),
          own,
        );
      if (none && !judgesAnAgent(place, settings)) return { kind: 'not-applicable', why: say('nobodyNamed') };
      if (none) return problem('credential-not-sent', atFile(say('nothingToSend'), fixBy(here, 'config', say('fixConfigure'))), own);
      return { kind: 'cannot-tell', why: say('noFact'), wants: [] };
    }

    const { source, token: claims } = held;
    const identity = seen(view.one('apiserver/identity'));
    // Through the node proxy a kubelet answers, and a proxy's word is not the apiserver's.
    const heard = answers(view.all('apiserver/http'), 'token').filter((a) => a.voice !== 'proxy' && !a.path.includes('/proxy/'));
    const refusal = heard.find(({ status }) => status === 401);
    const now = place?.nowMs ?? 0;
    const theirNow = refusal?.serverTimeMs ?? serverNow(place, seen(view.one('apiserver/clock')));
    const audiences = claims?.audiences.join(', ') || 'nobody in particular';
    const expires = claims?.expiresAt ? new Date(claims.expiresAt * 1000).toISOString() : 'never';
    const evidence: Evidence[] = [];
    const saw = (need: Evidence['need'], subject: string, words: Message) => evidence.push({ need, subject, saw: words });
    if (claims) {
      const { issuer = 'none', subject = 'none' } = claims;
      saw('apiserver/credential', 'token', say('sawClaims', { issuer, audiences, subject, expires }));
    }
    if (refusal) saw('apiserver/http', `token ${refusal.method} ${refusal.path}`, say('sawStatus', { status: 401 }));

    const account = serviceAccountOf(claims?.subject ?? '');
    const file = quotedPath(source);
    const create = account && `kubectl -n ${account.namespace} create token ${account.name}`;
    const made = fixBy(here, 'config', say('fixCreate'), shell(create && file ? `umask 077; ${create} > ${file}` : create));
    const ordinary = fixBy('agent', 'config', say('fixOrdinary'), yaml(AUTOMOUNT));
    const renew = !inPod(place) ? made : source.includes('/secrets/kubernetes.io/serviceaccount/') ? remount : ordinary;
    const cat = file && (pod ? `kubectl -n ${pod.namespace} exec ${pod.name} -- cat ${file}` : `cat ${file}`);
    const wants: Want[] = [{ need: 'apiserver/identity', elsewhere: cat && tokenReview(cat) }, { need: 'apiserver/token-review' }];
    const review = seen(view.one('apiserver/token-review'));
    const reason = reasonOf(review);
    const told = reason === undefined ? undefined : causeOfReason(reason);
    if (review && reason) saw('apiserver/token-review', '', say('sawReview', { by: review.by, reason }));
    const expired = claims?.expiresAt === undefined ? Number.POSITIVE_INFINITY : claims.expiresAt * 1000;

    if (identity ? identity.user === 'system:anonymous' : heard.some((a) => a.status === 403 && a.body.includes('system:anonymous'))) {
      saw('apiserver/identity', '', say('sawUser', { user: 'system:anonymous' }));
      const fixes = [fixBy('network', 'config', say('fixBetween'), { verify: 'kubectl auth whoami' })];
      return problem('credential-not-sent', { title: say('anonymous', { source }), evidence, fixes });
    }
    const accepted = identity !== undefined || (!refusal && heard.some(({ status }) => status < 400 || status === 403 || status === 404));
    if (accepted) {
      if (!claims || (!claims.legacy && claims.expiresAt !== undefined)) return { kind: 'pass' };
      const fixes = [fixBy('agent', 'config', say('fixBound'), shell(create))];
      return problem(
        'token-never-expires',
        { title: say('neverExpires', { source }), evidence, fixes },
        { severity: 'note', features: [] },
      );
    }
    if (!refusal) {
      // Claims alone: only an end long past counts, and it may still be our clock that is wrong.
      const past = (theirNow ?? serverNow(place, seen(view.one('kubelet/clock'))) ?? now) - expired;
      if (past > LONG_PAST_MS)
        return problem(
          'token-expired',
          { title: say('expiredByOurs', { source, ago: span(past) }), evidence, fixes: [renew] },
          // Its own claims say so: it follows from no server, and explains none.
          { certainty: 'suspected', alternatives: ['clock-skew'], wants, observedAt: 'self' },
        );
      const other = heard[0];
      if (other) return { kind: 'cannot-tell', why: say('unclear', { status: other.status }), wants };
      if (answers(view.all('kubelet/http'), 'token').some(({ status }) => status === 401))
        return { kind: 'cannot-tell', why: say('onlyKubelet'), wants };
      const withheld = view.all('apiserver/tls').some((f) => seen(f)?.verification.ok === false);
      return { kind: 'cannot-tell', why: withheld ? say('withheld') : say('notAsked'), wants: [] };
    }

    if (!claims && !reason)
      return problem(
        'token-malformed',
        { title: say('opaque', { source }), evidence, fixes: [renew] },
        { certainty: 'suspected', alternatives: ['token-rejected'], wants },
      );
    if (!claims)
      return problem('token-rejected', { title: say('rejectedBecause', { source, reason: reason ?? '' }), evidence, fixes: [renew] });
    const by = theirNow ?? now;
    const from = Math.max(claims.notBefore ?? 0, claims.issuedAt ?? 0) * 1000;
    // Out of time by the apiserver's clock and in time by ours: one of the two clocks is wrong, and the token may be well.
    const disputed = theirNow !== undefined && now >= from && now < expired && (by >= expired || by < from);
    const times: Partial<Problem> =
      told === 'token-expired' || told === 'token-not-yet-valid'
        ? {}
        : theirNow === undefined
          ? { certainty: 'suspected', alternatives: ['clock-skew', 'token-rejected'], wants }
          : disputed
            ? {
                certainty: 'suspected',
                alternatives: ['server-clock-skew', 'clock-skew'],
                explainedBy: ['clock-skew', 'server-clock-skew'],
                wants: [{ need: 'apiserver/clock', elsewhere: 'date -u   # on the control-plane node, and here' }],
              }
            : {};
    if (told ? told === 'token-expired' : by >= expired)
      return problem('token-expired', { title: say('expired', { source, ago: span(by - expired) }), evidence, fixes: [renew] }, times);
    if (told ? told === 'token-not-yet-valid' : by < from) {
      const title = say('notYetValid', { source, when: new Date(from).toISOString(), ahead: span(from - by) });
      return problem(
        'token-not-yet-valid',
        { title, evidence, fixes: [fixBy('cluster', 'config', say('fixClock'), byHand('date -u\nchronyc tracking'))] },
        times,
      );
    }
    if (told ? told === 'token-wrong-audience' : !isForApiserver(claims)) {
      const fixes = [inPod(place) ? ordinary : made];
      return problem(
        'token-wrong-audience',
        { title: say('wrongAudience', { source, audiences }), evidence, fixes },
        told || isForSomeoneElse(claims) ? {} : { certainty: 'suspected', alternatives: ['token-rejected', 'token-foreign'], wants },
      );
    }
    const names = view.all('apiserver/tls').flatMap((f) => seen(f)?.chain[0]?.names ?? []);
    if (told ? told === 'token-foreign' : looksForeign(claims, names))
      return problem(
        'token-foreign',
        { title: say('foreign', { source, issuer: claims.issuer ?? 'none' }), evidence, fixes: [renew] },
        told ? {} : { certainty: 'suspected', alternatives: ['token-rejected', 'token-wrong-audience'], wants },
      );
    return problem(
      'token-rejected',
      { title: reason ? say('rejectedBecause', { source, reason }) : say('rejected', { source }), evidence, fixes: [renew] },
      reason ? {} : { certainty: 'suspected', alternatives: ['token-foreign', 'token-wrong-audience'], wants },
    );
  },
});

/** For someone with the right to make one; the token passes through a pipe, never onto a command line we print. */
function tokenReview(cat: string): string {
  const review = '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"%s"}}';
  return `printf '${review}' "$(${cat})" | kubectl create -o 'jsonpath={.status}' -f -`;
}
