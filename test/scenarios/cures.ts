/**
 * Applies one printed fix to a world, by reading what was printed and nothing else: a command, a field or a variable that is not known
 * here is an error. Addresses and ports of the run that printed it become the placeholders of the next one.
 */
import { parse, parseAllDocuments } from 'yaml';
import type { Fix } from '../../src/model/check.js';
import type { RunningWorld } from '../../src/sim/start.js';
import type { RbacObject } from '../../src/sim/state/rbac.js';
import { uidOf } from '../../src/sim/state/tokens.js';
import type { DaemonSetShape, KubeletWorld, World } from '../../src/sim/world.js';

type Json = Record<string, unknown>;
type Addresses = RunningWorld['addresses'];

/** The world after this fix. Throws where it is not understood. */
export function applyFix(world: World, fix: Fix, addresses: Addresses): World {
  const steps = fix.steps ?? '';
  switch (fix.form) {
    case 'env':
      return withEnvironment(world, steps, addresses);
    case 'kubelet-config':
      return { ...world, kubelet: { ...world.kubelet, ...kubeletSettings(parse(steps) as Json) } };
    case 'yaml':
      return withYaml(world, steps);
    case 'shell':
      return commandsOf(steps).reduce((now, command) => withCommand(now, command, fix.owner), world);
    default:
      throw new Error('nothing a machine can apply');
  }
}

const VARIABLES = new Set([
  'DD_CRI_SOCKET_PATH',
  'DD_KUBELET_AUTH_TOKEN_PATH',
  'DD_KUBELET_CLIENT_CA',
  'DD_KUBELET_TLS_VERIFY',
  'DD_KUBELET_USE_API_SERVER',
  'DD_KUBERNETES_HTTPS_KUBELET_PORT',
  'DD_KUBERNETES_HTTP_KUBELET_PORT',
  'DD_KUBERNETES_KUBELET_HOST',
  'DD_NO_PROXY_NONEXACT_MATCH',
  'KUBERNETES_SERVICE_HOST',
  'KUBERNETES_SERVICE_PORT',
  'NO_PROXY',
  'no_proxy',
]);

function withEnvironment(world: World, steps: string, addresses: Addresses): World {
  const env = steps.split('\n').map((line): [string, string] => {
    const [, name = '', value = ''] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    if (!VARIABLES.has(name)) throw new Error(`variable not known: ${line}`);
    return [name, next(name, value, world, addresses)];
  });
  return { ...world, agent: { ...world.agent, env: { ...world.agent?.env, ...Object.fromEntries(env) } } };
}

/** The value as the next run knows it, for every run has addresses of its own; 443 is the port of the service. */
function next(name: string, value: string, world: World, { apiserver, service, kubelets }: Addresses): string {
  const kubelet = kubelets[world.names?.node ?? 'n1'];
  if (name === 'DD_KUBERNETES_KUBELET_HOST' && value === kubelet?.host) return '{kubelet}';
  if (name === 'DD_KUBERNETES_HTTPS_KUBELET_PORT' && value === String(kubelet?.port)) return '{kubelet-port}';
  if (name === 'KUBERNETES_SERVICE_HOST' && value === apiserver.host) return '{apiserver}';
  if (name === 'KUBERNETES_SERVICE_PORT' && ['443', String(apiserver.port), String(service.port)].includes(value))
    return '{apiserver-port}';
  return value;
}

/** KubeletConfiguration, field by field. A kubelet with serverTLSBootstrap asks for a certificate, which someone must approve. */
function kubeletSettings(config: Json, path = ''): KubeletWorld {
  const settings: KubeletWorld = {};
  for (const [key, value] of Object.entries(config)) {
    const at = `${path}${key}`;
    const isGroup = typeof value === 'object' && value !== null;
    const known = isGroup ? kubeletSettings(value as Json, `${at}.`) : KUBELET_FIELDS[`${at}: ${String(value)}`];
    if (!known) throw new Error(`kubelet setting not known: ${at}: ${String(value)}`);
    Object.assign(settings, known);
  }
  return settings;
}

const KUBELET_FIELDS: Record<string, KubeletWorld> = {
  'authentication.anonymous.enabled: false': { anonymous: false },
  'authentication.webhook.enabled: true': { webhookAuthentication: true },
  'authorization.mode: Webhook': { alwaysAllow: false },
  'readOnlyPort: 0': { readOnlyPort: false },
  'serverTLSBootstrap: true': { certificate: 'pending', pendingRequest: 'own-names' },
  'tlsMinVersion: VersionTLS12': { listen: 'tls' },
};

function withYaml(world: World, steps: string): World {
  return parseAllDocuments(steps).reduce<World>((now, document) => {
    const object = document.toJS() as Json | Json[];
    if (Array.isArray(object)) return object.reduce<World>(withVariable, now);
    if (object.apiVersion === 'rbac.authorization.k8s.io/v1') return withRbac(now, object);
    return withPodSpec(now, object);
  }, world);
}

function withVariable(world: World, entry: Json): World {
  const wanted = { name: 'DD_KUBERNETES_KUBELET_HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } };
  if (JSON.stringify(entry) !== JSON.stringify(wanted)) throw new Error(`variable not known: ${JSON.stringify(entry)}`);
  if (world.place !== 'workstation') return { ...world, agent: { ...world.agent, kubeletHost: 'status.hostIP' } };
  return withDaemonSets(world, (shape) => [{ ...shape, env: [...(shape.env ?? []).filter(({ name }) => name !== wanted.name), wanted] }]);
}

/** `kubectl apply`: added, or in place of the one with the same name. */
function withRbac(world: World, manifest: Json): World {
  const { apiVersion: _, kind, metadata, rules, roleRef, subjects, ...other } = manifest;
  if (Object.keys(other).length > 0) throw new Error(`fields not known: ${Object.keys(other).join(', ')}`);
  const object = {
    kind,
    ...(metadata as Json),
    ...(rules ? { rules } : {}),
    ...(roleRef ? { roleRef } : {}),
    ...(subjects ? { subjects } : {}),
  };
  const added = object as unknown as RbacObject;
  const same = (o: RbacObject) => o.kind === added.kind && o.name === added.name && o.namespace === added.namespace;
  return { ...world, rbac: [...(world.rbac ?? []).filter((o) => !same(o)), added] };
}

/** A patch of the agent's DaemonSet, as the agent's next pod has it. */
function withPodSpec(world: World, patch: Json): World {
  const spec = (patch.spec as { template?: { spec?: Json } } | undefined)?.template?.spec;
  if (!spec) throw new Error(`not a patch of a DaemonSet: ${JSON.stringify(patch)}`);
  if (world.place === 'workstation') return withTemplate(world, spec);
  let now = world;
  for (const [field, value] of Object.entries(spec)) {
    const { agent = {}, network = {} } = now;
    if (field === 'automountServiceAccountToken' && value === true) {
      // The volume of the ServiceAccount hides whatever lay below its path.
      const files = Object.entries(agent.files ?? {}).filter(
        ([path]) => !path.startsWith('/var/run/secrets/kubernetes.io/serviceaccount/'),
      );
      now = { ...now, agent: { ...agent, credential: 'token', files: Object.fromEntries(files) } };
    } else if (field === 'dnsPolicy' && value === 'ClusterFirstWithHostNet') {
      // Another nameserver is asked then: the cluster's, with its search list.
      now = { ...now, network: { ...network, dns: 'ok', resolvConf: 'cluster' } };
    } else if (field === 'containers') now = withMounts(now, value as Json[], spec.volumes as Json[]);
    else if (field !== 'volumes' || !spec.containers) throw new Error(`field not known: ${field}: ${JSON.stringify(value)}`);
  }
  return now;
}

/** The same patch where the DaemonSet itself is judged. */
function withTemplate(world: World, { containers, volumes, ...spec }: Json): World {
  const paths = ((volumes as Json[] | undefined) ?? []).map(({ hostPath }) => String((hostPath as Json).path));
  if (containers && paths.length === 0) throw new Error('mounts of nothing');
  return withDaemonSets(world, ({ mounts = [], ...shape }) => [
    { ...shape, ...(paths.length > 0 && { mounts: [...mounts, ...paths] }), spec: { ...shape.spec, ...spec } },
  ]);
}

/** `NAME=value` sets, `NAME-` takes away. */
function withSetEnv(world: World, match: Match): World {
  const words = (match[3] ?? '').split(' ').map((word) => word.replace(/^'(.*)'$/, '$1'));
  return withDaemonSets(world, (shape) => {
    if (!isNamed(shape, match)) return [shape];
    const kept = (shape.env ?? []).filter(
      ({ name }) => !words.some((word) => word === `${String(name)}-` || word.startsWith(`${String(name)}=`)),
    );
    const added = words.flatMap((word) => {
      const [, name, value] = /^(\w+)=(.*)$/.exec(word) ?? [];
      return name ? [{ name, value }] : [];
    });
    return [{ ...shape, env: [...kept, ...added] }];
  });
}

function withMounts(world: World, containers: Json[], volumes: Json[]): World {
  const mountinfo = '/proc/self/mountinfo';
  const onNode = world.agent?.files?.['/host/proc/1/mountinfo'] ?? '';
  const deviceOf = (at: string) =>
    onNode
      .split('\n')
      .find((line) => line.split(' ')[4] === at)
      ?.split(' - ')[1] ?? 'ext4 /dev/sda1 rw';
  const lines = containers.flatMap(({ volumeMounts }) =>
    (volumeMounts as Json[]).map(({ name, mountPath }, n) => {
      const volume = volumes.find((v) => v.name === name)?.hostPath as { path: string } | undefined;
      if (!volume) throw new Error(`no volume ${String(name)}`);
      return `${700 + n} 500 8:1 ${volume.path} ${String(mountPath)} ro,relatime - ${deviceOf(volume.path)}\n`;
    }),
  );
  const files = world.agent?.files ?? {};
  return { ...world, agent: { ...world.agent, files: { ...files, [mountinfo]: (files[mountinfo] ?? '') + lines.join('') } } };
}

/** Lines, with a heredoc kept in one piece. */
function commandsOf(steps: string): string[] {
  return [...steps.matchAll(/^(.*<<'EOF'\n[\s\S]*?\nEOF|.+)$/gm)].map(([command]) => command);
}

type Match = (string | undefined)[];
type Command = [pattern: RegExp, apply: (world: World, match: Match, owner: Fix['owner']) => World];
const same = (world: World): World => world;

/** By the kubelets, as the client that it shows them. */
function withAcceptedApiserver(world: World): World {
  return { ...world, apiserver: { ...world.apiserver, atKubelets: 'allowed' } };
}

/** What runs in no pod is the package's. */
function withoutPackage(world: World): World {
  const all = Object.entries(world.agent?.files ?? {});
  const services = all.flatMap(([path, text]) => (/datadog-agent\.service/.test(text) ? [path.replace(/[^/]*$/, '')] : []));
  const files = Object.fromEntries(all.filter(([path]) => !services.some((directory) => path.startsWith(directory))));
  return { ...world, agent: { ...world.agent, files } };
}

/** A node's own: systemd starts its keeper of the clock, which then says that it has set it. */
function withTimesyncd(world: World): World {
  if (world.place !== 'node') return world;
  const files = { '/proc/601/cmdline': '/usr/lib/systemd/systemd-timesyncd\0', '/run/systemd/timesync/synchronized': '' };
  return { ...world, agent: { ...world.agent, files: { ...world.agent?.files, ...files } } };
}

const COMMANDS: Command[] = [
  [/^systemctl status kubelet --no-pager$/, same],
  [/^journalctl -u kubelet -n 50 --no-pager$/, same],
  [/^kubeadm certs check-expiration$/, same],
  [/^systemctl restart kubelet$/, restarted],
  // Both on the machine that is wrong: the agent's, or the apiserver's.
  [/^timedatectl set-ntp true$/, withTimesyncd],
  [
    /^chronyc makestep$/,
    (world, _, owner) =>
      owner === 'cluster'
        ? { ...world, apiserver: { ...world.apiserver, clockAheadMs: 0 } }
        : { ...world, network: { ...world.network, clockOffsetMs: 0 } },
  ],
  [/^kubectl certificate approve (\S+)$/, (world, [, name]) => approved(world, name)],
  [/^kubectl label namespace (\S+) (\S+)=(\S+) --overwrite$/, labelled],
  [/^kubectl -n (\S+) patch daemonset (\S+) --type=json -p '(.*)'$/, patched],
  [/^kubectl -n (\S+) delete daemonset (\S+)$/, deleted],
  [/^kubectl -n (\S+) set env daemonset\/(\S+) -c agent (.+)$/, withSetEnv],
  [/^systemctl disable --now datadog-agent$/, withoutPackage],
  [
    /^kubectl apply --server-side --force-conflicts -f - <<'EOF'\n([\s\S]*)\nEOF$/,
    (world, [, manifest]) => reconciled(world, manifest ?? ''),
  ],
  // A renewed certificate is read when the apiserver starts again.
  [/^kubeadm certs renew apiserver$/, same],
  [/^kubeadm certs renew apiserver-kubelet-client$/, withAcceptedApiserver],
  [
    /^kubectl create clusterrolebinding \S+ --clusterrole=system:kubelet-api-admin --user=kube-apiserver-kubelet-client$/,
    withAcceptedApiserver,
  ],
  [
    /^crictl stop "\$\(crictl ps -q --name kube-apiserver\)"$/,
    (world) => ({ ...world, apiserver: { ...world.apiserver, certificate: 'good' } }),
  ],
];

function withCommand(world: World, command: string, owner: Fix['owner']): World {
  for (const [pattern, apply] of COMMANDS) {
    const match = pattern.exec(command);
    if (match) return apply(world, [...match], owner);
  }
  throw new Error(`command not known: ${command}`);
}

/** A new process: what the old one was stuck in is gone. It asks for a certificate with its own names when it has none. */
function restarted(world: World): World {
  const { listen = 'tls', heartbeat: _, healthy: __, fail: ___, ...kept } = world.kubelet ?? {};
  const stuck = ['closed', 'hang', 'hang-http'].includes(listen) || (listen === 'silent' && world.kubelet?.seenByApiserver !== 'answers');
  return { ...world, kubelet: { ...kept, listen: stuck ? 'tls' : listen, pendingRequest: 'own-names' } };
}

function approved(world: World, name = ''): World {
  const node = world.names?.node ?? 'n1';
  if (name !== `csr-${uidOf(`csr/${node}`).slice(0, 5)}`) throw new Error(`no such request: ${name}`);
  if (world.kubelet?.certificate !== 'pending') throw new Error('nothing is pending');
  return { ...world, kubelet: { ...world.kubelet, certificate: 'good' } };
}

/** The DaemonSet controller acts again: where its pods are is computed anew. */
function withDaemonSets(world: World, change: (shape: DaemonSetShape) => DaemonSetShape[]): World {
  const shapes = world.placement?.daemonSets ?? [{}];
  const daemonSets = shapes.flatMap(change).map(({ on: _, ...shape }) => shape);
  return { ...world, placement: { ...world.placement, daemonSets } };
}

function labelled(world: World, [, namespace, key = '', value = '']: Match): World {
  if (namespace !== (world.names?.namespace ?? 'datadog')) throw new Error(`no namespace ${namespace}`);
  const namespaceLabels = { ...world.placement?.namespaceLabels, [key]: value };
  return withDaemonSets({ ...world, placement: { ...world.placement, namespaceLabels } }, (shape) => [shape]);
}

const isNamed = ({ namespace = 'datadog', name = 'datadog-agent' }: DaemonSetShape, [, ns, wanted]: Match) =>
  ns === namespace && wanted === name;

function deleted(world: World, match: Match): World {
  if (!(world.placement?.daemonSets ?? [{}]).some((shape) => isNamed(shape, match))) throw new Error(`no DaemonSet ${match[2]}`);
  return withDaemonSets(world, (shape) => (isNamed(shape, match) ? [] : [shape]));
}

function patched(world: World, match: Match): World {
  const patch = JSON.parse(match[3] ?? '') as { op: string; path: string; value: unknown }[];
  return withDaemonSets(world, (shape) => [isNamed(shape, match) ? { ...shape, spec: jsonPatch(shape.spec ?? {}, patch) } : shape]);
}

/** RFC 6902, as far as we print it: `add` and `replace` below the pod template's spec; `-` is the end of a list. */
function jsonPatch(spec: Json, patch: { op: string; path: string; value: unknown }[]): Json {
  const root = { spec: { template: { spec: structuredClone(spec) } } };
  for (const { op, path, value } of patch) {
    const keys = path
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = keys.pop() ?? '';
    const parent = keys.reduce<unknown>((at, key) => (at as Json | undefined)?.[key], root);
    if (typeof parent !== 'object' || parent === null) throw new Error(`nothing at ${path}`);
    if (op !== 'add' && !(op === 'replace' && last in parent)) throw new Error(`${op} ${path}`);
    if (Array.isArray(parent) && last === '-') parent.push(value);
    else (parent as Json)[last] = value;
  }
  return root.spec.template.spec;
}

function reconciled(world: World, manifest: string): World {
  const object = parse(manifest) as { kind?: string; roleRef?: { name?: string }; subjects?: { kind?: string; name?: string }[] };
  const everyone = object.subjects?.some(({ kind, name }) => kind === 'Group' && name === 'system:authenticated');
  if (object.kind === 'ClusterRoleBinding' && object.roleRef?.name === 'system:basic-user' && everyone)
    return { ...world, apiserver: { ...world.apiserver, basicUser: true } };
  throw new Error(`manifest not known: ${manifest}`);
}
