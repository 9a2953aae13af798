/**
 * What a pod waits for, by the words of the kubelet, the scheduler and the container runtime: in its status, and in its events. Kubernetes 1.36:
 * reasons pkg/kubelet/events/event.go, pkg/kubelet/images/types.go, pkg/kubelet/lifecycle/predicate.go; texts pkg/volume/hostpath/host_path.go,
 * pkg/volume/util/operationexecutor (`MountVolume.SetUp failed for volume "x" : …`), pkg/kubelet/kubelet_pods.go, pkg/scheduler/framework/plugins
 * and FitError (framework/types.go); 1.31 to 1.37 have the same, but that 1.37 also says what is there in place of a file. Those of containerd,
 * CRI-O and runc are from their releases of 2024 to 2026.
 */

/** `scheduling`: no node for another reason than ports and room. `image`, `volume`: that it is one of these, and not why. */
export type WaitKind =
  | 'host-path'
  | 'object'
  | 'host-port'
  | 'room'
  | 'scheduling'
  | 'image-denied'
  | 'image-limit'
  | 'image-missing'
  | 'image-network'
  | 'image'
  | 'sandbox-network'
  | 'sandbox'
  | 'volume';

export interface Wait {
  kind: WaitKind;
  /** The part of the text that told: another's words. */
  said: string;
  volume?: string;
  /** Of the node. */
  path?: string;
  /** A ConfigMap or a Secret, and where that is there, what it lacks. */
  object?: { kind: 'ConfigMap' | 'Secret'; name: string; key?: string };
}

/** A reason and its message, of a status or of an event. */
export interface Told {
  reason?: string;
  message?: string;
}

const SCHEDULER = '^(?:Unschedulable|FailedScheduling|NodePorts|OutOf[\\w.-]{1,60}|NodeAffinity|TaintToleration): .{0,600}?';
const MOUNT = '^FailedMount: .{0,300}?for volume "(?<volume>[^"]{1,253})" : ';
/** Once it was tried again, a container that cannot be started is a crash loop. */
const UNSTARTED = 'CrashLoopBackOff: exit code \\d{1,3} \\((?:StartError|ContainerCannotRun)\\)';
const CREATE = `^(?:CreateContainerError|RunContainerError|StartError|ContainerCannotRun|Failed|${UNSTARTED}): .{0,600}?`;
const IMAGE = '^(?:ErrImagePull|ImagePullBackOff|RegistryUnavailable|Failed): .{0,600}?';
const SANDBOX = '^(?:FailedCreatePodSandBox|NetworkNotReady): .{0,600}?';
/** A path of the node; what the kubelet makes for a pod is none that anyone wrote. */
const PATH = '(?<path>/(?!\\S{0,200}/pods/[0-9a-f-]{36}/)[^\\s:",\']{0,250})';
const UNMADE = '(?<said>read-only file system|not a directory|is a directory|permission denied|operation not permitted)';

const rule = (kind: WaitKind, ...parts: string[]) => [kind, new RegExp(parts.join(''), 'is')] as const;

/** The more telling first. */
const RULES: readonly (readonly [WaitKind, RegExp])[] = [
  rule('host-path', MOUNT, 'hostPath type check failed[:,] ', PATH, " (?<said>is not an? [a-z ]{1,20}[a-z](?:, it's an? \\w{1,20})?)"),
  // Kubernetes after 1.37 tells a path that is not there from one of another type.
  rule('host-path', MOUNT, 'hostPath ', PATH, " (?<said>doesn't exist)"),
  rule('host-path', MOUNT, '(?:mkdir|open) ', PATH, ': ', UNMADE),
  // Without a type the kubelet looks at nothing: the runtime makes a directory of what is not there.
  rule('host-path', CREATE, '\\bmkdir "?', PATH, '"?: ', UNMADE),
  rule('host-path', CREATE, 'error mounting "', PATH, '" to rootfs.{0,400}?(?<said>not a directory)'),
  rule('object', MOUNT, '(?<object>configmap|secret) "(?<name>[^"]{1,253})" (?<said>not found)'),
  rule('object', '^(?:CreateContainerConfigError|Failed): .{0,60}?(?<object>configmap|secret) "(?<name>[^"]{1,253})" (?<said>not found)'),
  rule(
    'object',
    "^(?:CreateContainerConfigError|Failed): .{0,60}?(?<said>couldn't find key (?<key>[^\\s]{1,253}) in (?<object>configmap|secret) [^/\\s]{1,63}/(?<name>[^\\s]{1,253}))",
  ),
  rule('host-port', SCHEDULER, "(?<said>didn't have free ports for the requested pod ports)"),
  rule('room', SCHEDULER, '(?<said>Insufficient [\\w/-]{1,100}(?:\\.[\\w/-]{1,100}){0,8}|Too many pods)'),
  rule('room', '^(?<said>OutOf[\\w.-]{1,60}): '),
  rule('scheduling', SCHEDULER, '(?<said>untolerated taint(?:\\(s\\)| \\{[^}]{0,400}\\})?)'),
  rule('scheduling', SCHEDULER, "(?<said>didn't (?:match|satisfy) (?:pod|existing pods) [^,.]{1,60})"),
  rule('scheduling', SCHEDULER, "(?<said>didn't match Pod's node affinity/selector)"),
  rule('image-limit', IMAGE, '(?<said>429 Too Many Requests|toomanyrequests)'),
  rule(
    'image-denied',
    IMAGE,
    '(?<said>401 Unauthorized|403 Forbidden|authorization failed|authentication required|no basic auth credentials|pull access denied|insufficient_scope)',
  ),
  rule('image-missing', IMAGE, '(?<said>manifest unknown|name unknown|no match for platform in manifest|: not found)'),
  rule('image-missing', "^InvalidImageName: .{0,300}?(?<said>invalid reference format|couldn't parse image (?:name|reference))"),
  rule(
    'image-network',
    IMAGE,
    '(?<said>no such host|i/o timeout|connection refused|no route to host|network is unreachable|TLS handshake timeout|x509: [^:]{1,60}|proxyconnect tcp|server misbehaving|context deadline exceeded)',
  ),
  rule(
    'image',
    '^(?<said>ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|ImageInspectError|RegistryUnavailable|SignatureValidationFailed): ',
  ),
  rule(
    'sandbox-network',
    SANDBOX,
    '(?<said>failed to assign an IP address to container|no IP addresses available in range set|plugin type="[^"]{1,60}" (?:name="[^"]{1,60}" )?failed)',
  ),
  rule('sandbox-network', SANDBOX, '(?<said>cni plugin not initialized|NetworkPluginNotReady|failed to set ?up (?:pod )?network)'),
  rule('sandbox', '^FailedCreatePodSandBox: (?:Failed to create pod sandbox: )?(?:rpc error: code = \\w{1,30} desc = )?(?<said>.{1,200})'),
  rule('volume', '^(?:FailedMount|FailedAttachVolume|FailedMapVolume): (?<said>.{1,200})'),
];

/** Kinds that an event may say more of. */
const VAGUE: readonly WaitKind[] = ['image', 'volume'];

/** Which events are about the state that a pod is in: those of an hour ago are kept, and may speak of what is over. */
const SPEAKS_OF: readonly (readonly [state: RegExp, events: RegExp])[] = [
  [/^Unschedulable$/, /^FailedScheduling$/],
  [/^(ErrImage|ImagePull|InvalidImageName|ImageInspectError|RegistryUnavailable|SignatureValidation)/, /^Failed$/],
  [/^(CreateContainer|RunContainerError|StartError)/, /^Failed$/],
  [/^(ContainerCreating|PodInitializing|)$/, /^(FailedMount|FailedAttachVolume|FailedMapVolume|FailedCreatePodSandBox|NetworkNotReady)$/],
];

/** Does this event speak of what a pod in this state waits for? */
export function isAbout(event: Told, { reason = '' }: Told): boolean {
  return SPEAKS_OF.some(([state, events]) => state.test(reason) && events.test(event.reason ?? ''));
}

/** What a pod waits for, by its own status and by what is told of it; undefined where no text is known. */
export function waitOf(pod: Told, events: readonly Told[] = []): Wait | undefined {
  const texts = [pod, ...events.filter((event) => isAbout(event, pod))].map(({ reason = '', message = '' }) => lineOf(reason, message));
  for (const [kind, pattern] of RULES)
    for (const text of texts) {
      const groups = pattern.exec(text)?.groups;
      if (groups) return made(kind, groups);
    }
  return undefined;
}

/** Is what its status says not enough, so that its events are worth a request? */
export function isUntold(pod: Told): boolean {
  const wait = waitOf(pod);
  return (wait === undefined || VAGUE.includes(wait.kind)) && SPEAKS_OF.some(([state]) => state.test(pod.reason ?? ''));
}

/** Preemption is said behind the reasons, and is none; nodes that a DaemonSet's pod is not for are told in the same list. */
function lineOf(reason: string, message: string): string {
  return `${reason}: ${message.replace(/ ?preemption: .*$/is, '')}`.slice(0, 700);
}

function made(kind: WaitKind, { said = '', volume, path, object, name = '', key }: Record<string, string | undefined>): Wait {
  return {
    kind,
    said: said.replace(/^: /, ''),
    ...(volume !== undefined && { volume }),
    ...(path !== undefined && { path }),
    ...(object !== undefined && {
      object: { kind: /^secret$/i.test(object) ? ('Secret' as const) : ('ConfigMap' as const), name, ...(key !== undefined && { key }) },
    }),
  };
}
