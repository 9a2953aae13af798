/**
 * Does the kubeconfig lead to a credential? What is wrong in the file itself is a usage error and ends the run before any check;
 * what remains is the program it names to fetch one.
 */
import { defineCheck, type Fix } from '../../model/check.js';
import { apiserverFeatures, ownerHere } from '../shared/apiserver.js';
import { citeBy } from '../shared/cite.js';
import { byHand, fixBy, shell } from '../shared/fix.js';
import { settingOf } from '../shared/kubelet.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';

/** How a person signs in again, by the plugin's command. Only chosen by what it said, never made of it. */
const SIGN_IN: readonly [RegExp, string][] = [
  [/^(aws|aws-iam-authenticator)\b/, 'aws sso login'],
  [/^(gke-gcloud-auth-plugin|gcloud)\b/, 'gcloud auth login'],
  [/^az\b|^kubelogin\b.*(AADSTS|azure|az login)/i, 'az login'],
  [/^tsh\b/, 'tsh login'],
  [/^doctl\b/, 'doctl auth init'],
];
/** Runs the plugin where it may ask its questions. */
const BY_HAND = 'kubectl auth whoami';
/** So that the title fits into a line; the evidence has all of it. */
const TITLE_LENGTH = 57;

export const kubeconfig = defineCheck({
  question: 'kubeconfig',
  asks: 'Does the kubeconfig give a credential?',
  target: 'apiserver',
  layer: 'settings',
  required: false,
  needs: ['apiserver/credential', 'self/settings', 'self/place'],
  words: {
    fails: 'The credential plugin {said}',
    notRun: 'The credential plugin {said}',
    noKubeconfig: 'no kubeconfig is in use',
    notYet: 'its credential has not been read yet',
    sawPlugin: '{kubeconfig}: {code}: {said}',
    fixSignIn: 'Sign in again',
    fixByHand: 'Run the plugin in a terminal, where it can prompt',
    fixInstall: 'Install the plugin here, or add its directory to PATH',
    fixRole: 'Give this machine the identity that the plugin needs',
    fixOther: 'Or use another credential, such as --token-file FILE',
    fixAllow: 'Run without --no-exec, with a kubeconfig you name yourself',
  },
  causes: {
    'credential-plugin-fails': {
      title: 'failing credential plugin of the kubeconfig',
      means:
        'The kubeconfig names a program that fetches the credential (`users[].user.exec`), and it returned none. No request was made as you.',
      happens:
        "The cloud session expired, the program is not installed or not in PATH (in a debug pod it is the node's, below /host), it waits for a browser, or its kubeconfig entry is outdated (`v1alpha1`).",
      confirm: '`kubectl auth whoami` runs the same program in a terminal. `kubectl config view --minify` shows its command.',
      fix: 'Sign in again (`aws sso login`, `gcloud auth login`, `az login`), or install the program; below /host, `chroot /host` first. A machine needs its own identity: an instance role, a workload identity or the variables of the program. With `--no-exec` it does not run: pass `--token-file`, or `--apiserver-client-cert` and `--apiserver-client-key`.',
      avoid: 'Do not paste a token into the kubeconfig: it expires within the hour, or it does not expire.',
    },
  },
  judge(view, say) {
    const place = seen(view.one('self/place'));
    const here = ownerHere(place);
    const settings = view.one('self/settings');
    const file = settingOf(settings, 'kubeconfig')?.value;
    const facts = view.all('apiserver/credential');
    const failed = facts.find(({ outcome }) => outcome.status === 'failed' && /^(EPLUGIN|ENOEXEC$)/.test(outcome.code));
    if (failed?.outcome.status !== 'failed') {
      if (!file) return notApplicable(say('noKubeconfig'));
      return facts.some(({ outcome }) => outcome.status === 'observed' || outcome.status === 'failed')
        ? pass(facts)
        : cannotTell(say('notYet'));
    }

    const { code, detail } = failed.outcome;
    // What the plugin itself said stands in the evidence alone.
    const said = (detail.split(/[:;] /)[0] ?? '').replace(/^the credential plugin /, '').slice(0, TITLE_LENGTH);
    const command = /^(?:\S*\/)?([A-Za-z0-9._-]+)(?= |$)/.exec(detail)?.[1];
    const notRun = code === 'ENOEXEC';
    const runIt = fixBy(here, 'nothing', say('fixByHand'), shell(BY_HAND));
    const other = fixBy(here, 'config', say('fixOther'));
    const signIn = SIGN_IN.find(([plugin]) => plugin.test(detail.replace(/^\S*\//, '')))?.[1];
    const fixes: Fix[] = notRun
      ? [fixBy(here, 'config', say('fixAllow')), other]
      : code === 'EPLUGINMISSING'
        ? [fixBy(here, 'config', say('fixInstall'), { ...byHand(command && `command -v ${command}`), verify: BY_HAND }), other]
        : here !== 'workstation'
          ? [fixBy(here, 'config', say('fixRole'), { verify: BY_HAND }), runIt, other]
          : [...(signIn ? [fixBy(here, 'config', say('fixSignIn'), { ...shell(signIn), verify: BY_HAND })] : []), runIt, other];
    return problem('credential-plugin-fails', {
      proof: inTheirWords(failed),
      severity: notRun ? 'note' : 'blocks',
      observedAt: 'self',
      title: notRun ? say('notRun', { said }) : say('fails', { said }),
      features: place?.agentEnvironment && !notRun ? apiserverFeatures(settings) : [],
      evidence: [
        citeBy('apiserver/credential', failed.subject, say('sawPlugin', { kubeconfig: file ?? 'kubeconfig', code, said: detail }), BY_HAND),
      ],
      fixes,
    });
  },
});
