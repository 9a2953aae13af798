/** Can the kubelet of this node go to its apiserver with the kubeconfig it has, and is that root's word? Asked where the node's files are at hand. */
import { defineCheck } from '../../model/check.js';
import { cite } from '../shared/cite.js';
import { KUBELET_KUBECONFIG } from '../shared/distributions.js';
import { byHand, fixBy } from '../shared/fix.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { failure, seen } from '../shared/read.js';

export const kubeletKubeconfig = defineCheck({
  question: 'kubelet-kubeconfig',
  asks: "Is the kubelet's own kubeconfig whole, with the certificate it names?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/kubelet-kubeconfig', 'self/kubelet-process'],
  words: {
    broken: 'The kubelet of this node has no usable way to its apiserver: {detail}',
    runs: 'The kubelet of this node runs on what it read at its start; its kubeconfig is broken by now: {detail}',
    notFound: "no kubeconfig of a kubelet is at hand: not at a node, or the node's files are not here",
    denied: '{detail}; run as root',
    plugin: '{plugin} makes its credential (not run from here)',
    exposed: "The kubeconfig of this node's kubelet is not root's alone, and was not used: {detail}",
    sawFault: '{code}: {detail}',
    look: 'See what is there, and what the kubelet says of it',
    again:
      'Join the node anew, so that it gets a fresh kubeconfig and certificate (kubeadm shown; other installers do it when their agent starts)',
    lookExposed: 'See who may write the file, the files it names, and the directories they are in',
    close: 'Give them to root, and take the right to write from everyone else',
  },
  causes: {
    'kubelet-kubeconfig-broken': {
      title: "kubelet's own kubeconfig broken",
      means:
        'The file that names the apiserver, or the client certificate it points at, is missing or unreadable. A kubelet that runs has both in memory; it cannot renew its certificate, and does not start again.',
      happens:
        'A bootstrap that never ended (the bootstrap token expired), a rotation cut off by a full disk, `kubelet-client-current.pem` pointing at a file that is gone, a node restored from an old image.',
      distributions: KUBELET_KUBECONFIG,
      confirm:
        'The link must lead to a file with a certificate and a key:\n\n    ls -lL /etc/kubernetes/kubelet.conf \\\n      /var/lib/kubelet/pki/kubelet-client-current.pem\n    journalctl -u kubelet -g "kubeconfig|bootstrap" -n 20',
      fix: 'Restore the certificate, or let the node bootstrap again. Its pods go on running meanwhile.',
      avoid: "Do not put an administrator's kubeconfig in its place: every pod of the node that gets at the file is then administrator.",
    },
    'kubelet-kubeconfig-exposed': {
      title: "kubelet's own kubeconfig in the hands of others than root",
      means:
        'Somebody else than root may change the kubeconfig, a file it names, or a directory on the way: who does so decides which apiserver this node obeys, and gets its certificate. This program did not use it, and sent nothing to the server it names.',
      happens:
        'A backup or a configuration tool that runs as another user, `chmod -R` over /etc/kubernetes, a `--kubeconfig` below a directory that pods write, such as a volume.',
      distributions: {
        microk8s: 'its files belong to root and the group `microk8s`, whose members are administrators of the node: that is not reported.',
      },
      confirm:
        'Owner and mode of each step, links followed:\n\n    namei -l /etc/kubernetes/kubelet.conf\n    namei -l /var/lib/kubelet/pki/kubelet-client-current.pem',
      fix: '`chown root:root` and `chmod go-w` for what is named, `chmod 600` for the kubeconfig and its key. If others had time to change it, join the node anew: that replaces its certificate.',
      avoid:
        'Do not run this program with `--kubeconfig` and that file to get past it: then its certificate is shown to the server it names.',
    },
  },
  judge(view, say) {
    const fact = view.one('self/kubelet-kubeconfig');
    const code = failure(fact);
    const found = seen(fact);
    if (found) return found.presents === 'plugin' ? pass(say('plugin', { plugin: found.plugin ?? '?' })) : pass();
    if (!code || fact.outcome.status !== 'failed') return notApplicable(say('notFound'));
    const { detail } = fact.outcome;
    if (code === 'EACCES') return cannotTell(say('denied', { detail }));
    const evidence = [cite(fact, say('sawFault', { code, detail }))];
    if (code === 'EOWNER')
      return problem('kubelet-kubeconfig-exposed', {
        // No mere risk: the node's own way to its apiserver is not taken, and what is not asked therefore follows from it.
        severity: 'degrades',
        title: say('exposed', { detail }),
        evidence,
        fixes: [fixBy('node', 'nothing', say('lookExposed'), byHand(NAMEI)), fixBy('node', 'config', say('close'), byHand(CLOSE))],
      });
    const running = seen(view.one('self/kubelet-process'))?.state === 'running';
    return problem('kubelet-kubeconfig-broken', {
      severity: running ? 'degrades' : 'blocks',
      title: running ? say('runs', { detail }) : say('broken', { detail }),
      evidence,
      fixes: [fixBy('node', 'nothing', say('look'), byHand(LOOK)), fixBy('node', 'restart', say('again'), byHand(AGAIN))],
    });
  },
});

const LOOK = 'ls -lL /etc/kubernetes/*.conf /var/lib/kubelet/pki/\njournalctl -u kubelet -g "kubeconfig|bootstrap" -n 20 --no-pager';
const NAMEI = 'namei -l /etc/kubernetes/kubelet.conf /var/lib/kubelet/pki/kubelet-client-current.pem   # or as named above';
const CLOSE = 'chown root:root FILE\nchmod go-w FILE';
const AGAIN = 'kubeadm token create --print-join-command   # on a control-plane node\nkubeadm join …   # on this node, as printed';
