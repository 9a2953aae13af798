/** Can the kubelet of this node go to its apiserver with the kubeconfig it has, and is that root's word? Asked where the node's files are at hand. */
import { defineCheck, type Fix, type Say } from '../../model/check.js';
import { cite } from '../shared/cite.js';
import { KUBELET_KUBECONFIG } from '../shared/distributions.js';
import { byHand, fixBy } from '../shared/fix.js';
import { newKubeconfig } from '../shared/kubelet-fixes.js';
import { nodeHere } from '../shared/on-node.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { failure, seen } from '../shared/read.js';

const WORDS = {
  broken: 'The kubelet cannot log in to the apiserver: its kubeconfig is broken',
  runs: "The kubelet's kubeconfig is broken: the kubelet cannot start again",
  notFound: "no kubelet kubeconfig here: not on a node, or the node's files are not visible",
  denied: '{detail}; run as root',
  plugin: '{plugin} fetches its credential (not run from here)',
  exposed: "The kubelet's kubeconfig was not used: other users can change it",
  sawFault: '{code}: {detail}',
  look: 'Check the files, and what the kubelet logs about them',
  again: 'Make it a new kubeconfig on a control-plane node (kubeadm)',
  lookExposed: 'See who can write the file and the directories above it',
  close: 'Make root the owner, and remove write access for others',
  moveOut: "Start the kubelet with a kubeconfig outside pods' directories",
} as const;

export const kubeletKubeconfig = defineCheck({
  question: 'kubelet-kubeconfig',
  asks: "Is the kubelet's own kubeconfig complete, with its certificate?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/kubelet-kubeconfig', 'self/kubelet-process', 'self/place'],
  words: WORDS,
  causes: {
    'kubelet-kubeconfig-broken': {
      title: 'broken kubeconfig of the kubelet',
      means:
        'The file that names the apiserver, or the client certificate it points to, is missing or unreadable. A running kubelet has both in memory, but it cannot renew its certificate and will not start again.',
      happens:
        'A bootstrap that did not finish (the bootstrap token expired), a rotation interrupted by a full disk, `kubelet-client-current.pem` pointing to a file that is gone, a node restored from an old image.',
      distributions: KUBELET_KUBECONFIG,
      confirm:
        'The link must lead to a file with a certificate and a key:\n\n    ls -lL /etc/kubernetes/kubelet.conf \\\n      /var/lib/kubelet/pki/kubelet-client-current.pem\n    journalctl -u kubelet -g "kubeconfig|bootstrap" -n 20',
      fix: 'Restore the files. With kubeadm, make a new kubeconfig on a control-plane node (`kubeadm kubeconfig user --org system:nodes --client-name system:node:NODE`), put it in place of the old one, move `/var/lib/kubelet/pki/kubelet-client*` away and start the kubelet: it then requests its own certificate. The pods keep running. `kubeadm join` refuses a node that has the old files; `kubeadm reset` before it removes the pods, so drain the node first. Other installers make the file when their service starts.',
      avoid:
        "Do not restart the running kubelet first: it cannot start again. Do not put an administrator's kubeconfig in its place: every pod of the node that can read the file is then administrator.",
    },
    'kubelet-kubeconfig-exposed': {
      title: 'kubeconfig of the kubelet writable by others than root',
      means:
        'A user other than root can change the kubeconfig, a file it names, or a directory above them. That user decides which apiserver this node obeys, and can get its certificate. This program did not use the kubeconfig, and sent nothing to the server it names.',
      happens:
        'A backup or a configuration tool that runs as another user, `chmod -R` over /etc/kubernetes, a `--kubeconfig` below a directory that pods can write, such as a volume.',
      distributions: {
        microk8s: 'its files belong to root and the group `microk8s`, whose members administer the node: that is not reported.',
      },
      confirm:
        'Owner and mode of each step, links followed:\n\n    namei -l /etc/kubernetes/kubelet.conf\n    namei -l /var/lib/kubelet/pki/kubelet-client-current.pem',
      fix: '`chown root:root` and `chmod go-w` for each named file and directory, `chmod 600` for the kubeconfig and its key. If others had time to change it, join the node again: that replaces its certificate.',
      avoid:
        'Do not run this program with `--kubeconfig` and that file to get around this: it then presents the certificate to the server the file names.',
    },
  },
  judge(view, say) {
    const fact = view.one('self/kubelet-kubeconfig');
    const code = failure(fact);
    const found = seen(fact);
    if (found) return found.presents === 'plugin' ? pass(fact, say('plugin', { plugin: found.plugin ?? '?' })) : pass(fact);
    if (!code || fact.outcome.status !== 'failed') return notApplicable(say('notFound'));
    const { detail } = fact.outcome;
    if (code === 'EACCES') return cannotTell(say('denied', { detail }));
    const evidence = [cite(fact, say('sawFault', { code, detail }))];
    if (code === 'EOWNER')
      return problem('kubelet-kubeconfig-exposed', {
        proof: inTheirWords(fact),
        // No mere risk: the node's own way to its apiserver is not taken, and what is not asked therefore follows from it.
        severity: 'degrades',
        title: say('exposed'),
        evidence,
        fixes: exposedFixes(detail, say),
      });
    const process = seen(view.one('self/kubelet-process'));
    const running = process?.state === 'running';
    return problem('kubelet-kubeconfig-broken', {
      proof: inTheirWords(fact),
      severity: running ? 'degrades' : 'blocks',
      title: running ? say('runs') : say('broken'),
      evidence,
      fixes: [
        fixBy('node', 'nothing', say('look'), byHand(LOOK)),
        newKubeconfig(say('again'), nodeHere(seen(view.one('self/place')), process)),
      ],
    });
  },
});

const LOOK = 'ls -lL /etc/kubernetes/*.conf /var/lib/kubelet/pki/\njournalctl -u kubelet -g "kubeconfig|bootstrap" -n 20 --no-pager';

/**
 * `root-owned.ts` says which path was read, and before "in its path" which directory is open: `/etc/kubernetes/kubelet.conf: /etc in its path belongs
 * to …`. A detail of a file that says it otherwise gets no path into a command.
 */
const PATH = '(/[\\w.@~/-]{1,300})';
const OPEN = new RegExp(`^${PATH}: (?:${PATH} in its path )?(belongs to|may be written by|is in a directory of pods') `);

function exposedFixes(detail: string, say: Say<typeof WORDS>): Fix[] {
  const [, read = '/etc/kubernetes/kubelet.conf', open = read, why] = OPEN.exec(detail) ?? [];
  const look = fixBy('node', 'nothing', say('lookExposed'), byHand(`namei -l ${read}`));
  if (why?.startsWith('is in')) return [look, fixBy('node', 'restart', say('moveOut'))];
  const file = why ? open : 'FILE';
  return [look, fixBy('node', 'config', say('close'), byHand(`chown root:root ${file}\nchmod go-w ${file}`))];
}
