/** Answers of the script: the pod that it asked in, and how to ask again there. The program itself is not in that pod, and no flag of it helps. */
import { isDnsName } from '../../kubernetes/names.js';
import type { Place } from '../../model/facts.js';
import type { Where } from '../../model/report.js';

/** Names that may stand in a command; what nothing names is left out. */
export function scriptOf({ script, namespace }: Pick<Place, 'script' | 'namespace'>): Where['script'] {
  if (!script) return undefined;
  return { ...(script.cut && { cut: true }), ...(isName(script.pod) && { pod: script.pod }), ...(isName(namespace) && { namespace }) };
}

/** Asks the same there, and judges the answers here. `container`: kubectl takes the pod's first where none is named. */
export function askAgain(
  { pod = 'AGENT_POD', namespace = 'NAMESPACE' }: NonNullable<Where['script']>,
  container: 'agent' | 'first' = 'agent',
): string {
  const named = container === 'agent' ? ' -c agent' : '';
  return `kubelet-doctor script | kubectl -n ${namespace} exec -i ${pod}${named} -- sh | kubelet-doctor read -`;
}

/** Where this program did not run there itself; of a bundle nothing says in which pod. */
export function againIn({ script, bundle }: Pick<Where, 'script' | 'bundle'>): string | undefined {
  const at = script ?? (bundle && {});
  return at && askAgain(at);
}

/** A command that runs this program where the script ran. */
export function isRunThere(command: string): boolean {
  return /^kubelet-doctor(?: --wait)?$/.test(command);
}

function isName(name: string | undefined): name is string {
  return name !== undefined && isDnsName(name);
}
