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
const TITLE_LENGTH = 200;

export const kubeconfig = defineCheck({
  question: 'kubeconfig',
  asks: 'Does the kubeconfig lead to a credential?',
  target: 'apiserver',
  layer: 'settings',
  required: false,
  needs: ['apiserver/credential', 'self/settings', 'self/place'],
  words: {
    fails: 'The credential plugin {said}',
    notRun: 'The credential plugin {said}: who we are was not asked',
    noKubeconfig: 'no kubeconfig is in use',
    notYet: 'its credential was not looked at yet',
    sawPlugin: '{kubeconfig}: {code}: {said}',
    fixSignIn: 'Sign in again',
    fixByHand: 'Run the plugin by hand, where it may ask its questions',
    fixInstall: "Install the plugin here, or put its directory into PATH; below /host it is the node's program (chroot /host)",
    fixRole: 'Give this machine the identity the plugin needs (instance role, workload identity, its variables)',
    fixOther: 'Or give another credential: --token-file FILE, or --apiserver-client-cert and --apiserver-client-key',
    fixAllow: 'Run without --no-exec, and with a kubeconfig of your own; or give --token-file FILE',
  },
  causes: {
    'credential-plugin-fails': {
      title: 'credential plugin of the kubeconfig fails',
      means: 'The kubeconfig names a program that fetches the credential (`users[].user.exec`); it gave none. Nothing was asked as you.',
      happens:
        "The cloud session expired, the program is not installed or not in PATH (in a debug pod: it is the node's, below /host), it waits for a browser, or its kubeconfig entry is outdated (`v1alpha1`).",
      confirm: '`kubectl auth whoami` runs the same program, with a terminal. `kubectl config view --minify` shows its command.',
      fix: 'Sign in again (`aws sso login`, `gcloud auth login`, `az login`), or install the program. With `--no-exec` it is never run: give `--token-file` then.',
      avoid: 'Do not paste a token into the kubeconfig: it ends within the hour, or it is one that never ends.',
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
      return facts.some(({ outcome }) => outcome.status === 'observed' || outcome.status === 'failed') ? pass() : cannotTell(say('notYet'));
    }

    const { code, detail } = failed.outcome;
    const said = detail.replace(/\s+/g, ' ').slice(0, TITLE_LENGTH);
    const command = /^(?:\S*\/)?([A-Za-z0-9._-]+)(?= |$)/.exec(detail)?.[1];
    const notRun = code === 'ENOEXEC';
    const runIt = fixBy(here, 'nothing', say('fixByHand'), shell(BY_HAND));
    const other = fixBy(here, 'config', say('fixOther'));
    const signIn = SIGN_IN.find(([plugin]) => plugin.test(detail.replace(/^\S*\//, '')))?.[1];
    const fixes: Fix[] = notRun
      ? [fixBy(here, 'config', say('fixAllow'))]
      : code === 'EPLUGINMISSING'
        ? [fixBy(here, 'config', say('fixInstall'), { ...byHand(command && `command -v ${command}`), verify: BY_HAND }), other]
        : here !== 'workstation'
          ? [fixBy(here, 'config', say('fixRole'), { verify: BY_HAND }), runIt, other]
          : [...(signIn ? [fixBy(here, 'config', say('fixSignIn'), { ...shell(signIn), verify: BY_HAND })] : []), runIt, other];
    return problem('credential-plugin-fails', {
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
