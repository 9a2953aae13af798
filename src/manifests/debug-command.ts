/**
 * `kubectl debug` beside the agent, with what its API does not give by itself: the mount of the pod's token, as the user whose file it is. The
 * name of the volume ends in five letters that stand in the Pod object alone (a container sees only where a volume is mounted), so the command
 * asks for it.
 */
import { shellQuote } from '../kubernetes/names.js';
import { SERVICE_ACCOUNT_DIRECTORY } from '../kubernetes/service-account.js';

export interface DebugPodOptions {
  pod: string;
  container: string;
  namespace?: string;
  image: string;
}

export const DOCTOR = '/usr/local/bin/kubelet-doctor';
/** A kubelet puts it into the command, `$(HOST_IP)`. Not as a variable of the agent: it would look like the agent's own environment. */
export const DEBUG_ENVIRONMENT = [{ name: 'HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } }];
export const KUBELET = `--kubelet-host '$(HOST_IP)'`;
export const HARMLESS = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
/** The user of our image. */
const OWN_USER = 65532;

/**
 * In the agent's network and process namespace, with its own token. Where the pod names a user the kubelet gives the token file to that one, mode
 * 0600 (pkg/volume/projected, FsUserFrom): so we are that user as well.
 */
export function debugPodCommand({ pod, container, namespace, image }: DebugPodOptions): string {
  const where = inNamespace(namespace);
  const get = (path: string) => `kubectl get pod ${pod}${where} -o jsonpath='{${path}}'`;
  const custom = JSON.stringify({
    env: DEBUG_ENVIRONMENT,
    volumeMounts: [{ name: '$volume', mountPath: SERVICE_ACCOUNT_DIRECTORY, readOnly: true }],
    securityContext: { ...HARMLESS, runAsUser: '$user', runAsNonRoot: '$nonroot' },
  }).replace(/"(\$user|\$nonroot)"/g, '$1');
  const debug = `kubectl debug ${pod}${where} -it --image=${shellQuote(image)} --target=${container}`;
  return [
    '# An ephemeral container cannot be removed from a pod; it ends with its command.',
    `volume=$(${get('.spec.volumes[*].name')} | tr ' ' '\\n' | grep -m1 '^kube-api-access-')`,
    `user=$(${get('.spec.securityContext.runAsUser')}); user=\${user:-${OWN_USER}}`,
    'nonroot=true; [ "$user" != 0 ] || nonroot=false',
    ...writeCustom(custom),
    `${debug} --profile=restricted --custom="$custom" -- ${DOCTOR} check ${KUBELET}`,
    // A user of the pod's own is root in the chart; SYS_PTRACE is of the profile.
    '# If the pod has no such volume, or kubectl is older than 1.31 (no --custom); this one runs as root, as the charts allow:',
    `# ${debug} --profile=general -- ${DOCTOR} check --agent-process auto`,
  ].join('\n');
}

/** Without quotes around END the shell puts $volume in; nothing else in the text is anything to a shell. */
export function writeCustom(json: string): string[] {
  return ['custom=$(mktemp)', 'cat > "$custom" <<END', json, 'END'];
}

export function inNamespace(namespace: string | undefined): string {
  return namespace ? ` -n ${namespace}` : '';
}
