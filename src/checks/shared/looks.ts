/**
 * Commands that only look, in the very form in which this program writes them. A file of someone else may hold any command; one of these shapes,
 * with plain words in its gaps, does no harm to who pastes it: nothing is changed, nothing but a page is fetched, and no file of the reader's is
 * sent anywhere. A token is shown only to a server that the cluster's own CA vouches for, as in a pod of ours.
 */
import { SERVICE_ACCOUNT_DIRECTORY } from '../../kubernetes/service-account.js';

const NAME = '[a-z0-9][a-z0-9.-]{0,252}';
const PLAIN = '[A-Za-z0-9_./:=@%+,-]';
/** As `shellQuote` writes it. */
const WORD = `(?:(?!-)${PLAIN}{1,300}|'(?!-)[A-Za-z0-9_./:=@%+, ~()[\\]-]{1,300}')`;
const HOST = `(?:${NAME}|\\[[0-9a-fA-F:.]{2,45}\\])`;
const ADDRESS = `${HOST}(?::\\d{1,5})?`;
const PATH = '(?:/[A-Za-z0-9_./:=@%+,~-]*)?';
const QUERY = '(?:\\?[A-Za-z0-9_./:=@%+,&-]*)?';
const url = (scheme: string) => `(?:${scheme}://${ADDRESS}${PATH}|'${scheme}://${ADDRESS}${PATH}${QUERY}')`;
const ACCOUNT = SERVICE_ACCOUNT_DIRECTORY.replaceAll('.', '\\.');
const ENDS = '(?:healthz(?:/[a-z]+)?|pods|configz|metrics(?:/[a-z]+)?|stats/summary|spec/?)';

const SHAPES = [
  `getent ahosts ${WORD}`,
  `nc -vz -w 4 ${WORD} \\d{1,5}`,
  `openssl s_client -connect ${WORD}(?: -servername ${WORD})?(?: -proxy ${WORD})?(?: -showcerts)? </dev/null`,
  `openssl x509 -noout -subject -issuer -dates -ext subjectAltName -in ${WORD}`,
  `curl -sS -m 4 ${url('http')}`,
  `curl -vk ${url('https')}`,
  `curl -sS -i -k ${url('https')}`,
  `curl -sS -i --cacert ${ACCOUNT}/ca\\.crt -H "Authorization: Bearer \\$\\(cat ${ACCOUNT}/token\\)" ${url('https')}`,
  'kubectl auth whoami',
  'kubectl version',
  `kubectl auth can-i [a-z]{2,20} ${WORD}(?: --subresource=[a-z]{1,40})?(?: -n ${WORD})?(?: --as=${WORD})?`,
  `kubectl auth can-i --list(?: -n ${NAME})?(?: --as=${WORD})?`,
  `kubectl get --raw (?:/version|'?"?/(?:readyz|livez|healthz)\\?verbose"?'?|/healthz|/api/v1/nodes/${NAME}(?::\\d{1,5})?/proxy/${ENDS})`,
  `kubectl get node ${NAME} -o (?:yaml|wide)`,
  'kubectl get nodes(?: --show-labels)?(?: -o wide)?',
  `kubectl get pods -A -o wide(?: --field-selector spec\\.nodeName=${NAME})?`,
  'kubectl get daemonsets -A',
  'kubectl get endpointslices -l kubernetes\\.io/service-name=kubernetes',
  'kubectl get csr --field-selector spec\\.signerName=kubernetes\\.io/kubelet-serving',
  'kubectl get clusterrolebindings,rolebindings -A -o wide',
  `kubectl -n kube-node-lease get lease ${NAME} -o yaml`,
  `kubectl get lease -n kube-node-lease ${NAME} -o jsonpath='\\{\\.spec\\.renewTime\\}'`,
  `kubectl -n ${NAME} get networkpolicies -o yaml`,
  `kubectl get namespace ${NAME} --show-labels`,
  `kubectl -n ${NAME} (?:get pods -o wide|describe (?:pod|daemonset) ${NAME}|logs ${NAME} -c ${NAME} --previous --tail=\\d{1,4})`,
  `kubectl -n ${NAME} set env daemonset/${NAME} -c ${NAME} --list`,
  `ping -c 3 -M do -s \\d{2,5} ${ADDRESS}`,
  'kubelet-doctor(?: (?:nodes|rbac|settings|--verbose|--wait))?',
  'kubelet-doctor explain [a-z][a-z-]{2,60}',
  `kubelet-doctor script \\| kubectl -n (?:NAMESPACE|${NAME}) exec -i (?:AGENT_POD|${NAME})(?: -c agent)? -- sh \\| kubelet-doctor read -`,
  'kubelet-doctor --agent-process \\d{1,10}',
  `kubelet-doctor manifest debug --node (?:NODE|${NAME})(?: --image IMAGE)?`,
  `kubelet-doctor nodes --daemonset (?:NAMESPACE|${NAME})/(?:NAME|${NAME})`,
  `kubelet-doctor judge FILE --daemonset ${NAME}/${NAME}`,
  'kubelet-doctor settings --manifest FILE',
  'cat /proc/(?:self|\\d{1,10})/(?:mountinfo|cgroup)',
  'printenv [A-Za-z_][A-Za-z0-9_]{0,252}',
  `ls -l(?:nL)? ${WORD}`,
  `tail -n 100 ${WORD}`,
  'ls /var/run/secrets/kubernetes\\.io/serviceaccount',
];
const SHAPE = new RegExp(`^(?:${SHAPES.join('|')})$`);

/** Without a gap. The node's own, and what a look at the environment takes. */
const WHOLE: ReadonlySet<string> = new Set([
  "tr '\\0' '\\n' < /proc/$(pgrep -xo kubelet)/environ | grep -i _proxy | sed 's#//[^@/]*@#//#'",
  "env | grep -i _proxy | sed 's#//[^@/]*@#//#'",
  'env | grep -i _proxy | sort',
  'env | grep KUBERNETES_SERVICE',
  "tr '\\0' '\\n' < /proc/$(pgrep -xo kubelet)/cmdline",
  'chronyc tracking || timedatectl',
  'timedatectl status; chronyc tracking',
  'timedatectl status',
  "pgrep -a '^(agent|trace-agent|process-agent)$'",
  'pgrep -xa kubelet; ss -ltn',
  'crictl info | head',
  'date -u   # on the control-plane node, and here',
  "journalctl -u kubelet --since -10min | grep 'Unable to authenticate'",
  'kubeadm certs check-expiration',
]);

const LONGEST = 4000;

/** Does every line only look? */
export function isLook(command: string): boolean {
  if (command.length > LONGEST) return false;
  return command.split('\n').every((line) => WHOLE.has(line) || SHAPE.test(line));
}
