/** Where settings of one container contradict each other, its pod, or the pod's first container: the settings of each contradiction. */
import { isIp } from '../../../../kubernetes/names.js';
import type { AgentSetting } from '../../../../model/facts.js';
import { type Configured, effective, isOn } from '../../shared/configuration.js';

export const HOST = 'DD_KUBERNETES_KUBELET_HOST';
export const [CRT, KEY] = ['DD_KUBELET_CLIENT_CRT', 'DD_KUBELET_CLIENT_KEY'] as const;
export const VERIFY = 'DD_KUBELET_TLS_VERIFY';
const CA = 'DD_KUBELET_CLIENT_CA';
const [FARGATE, NODE] = ['DD_EKS_FARGATE', 'DD_KUBERNETES_KUBELET_NODENAME'] as const;
export const AKS_CA = '/etc/kubernetes/certs/kubeletserver.crt';
export const HTTPS = 'DD_KUBERNETES_HTTPS_KUBELET_PORT';
const HTTP = 'DD_KUBERNETES_HTTP_KUBELET_PORT';
const OTHER_CREDENTIALS = [CRT, 'DD_KUBELET_AUTH_TOKEN_PATH', 'DD_KUBERNETES_KUBECONFIG_PATH'];
/** Of these, containers of one pod must agree: each of them asks the kubelet. */
const SHARED = [HOST, VERIFY, CA, HTTPS];

/** An address for every pod of a workload. In the host's network loopback is each node's own. */
export function hostOfOneNode({ configuration, container }: Configured): AgentSetting[][] {
  const host = effective(container, HOST);
  const { value = '' } = host ?? {};
  if (!host || configuration.of === 'process' || configuration.install !== 'container' || !isIp(value)) return [];
  return configuration.pod?.hostNetwork && /^(127\.|::1$)/.test(value) ? [] : [[host]];
}

/** Of the pod as a whole: said once, and no setting is in it. */
export function tokenNotMounted({ configuration, container }: Configured): AgentSetting[][] {
  const isFirst = configuration.containers[0] === container;
  const hasOther = OTHER_CREDENTIALS.some((variable) => effective(container, variable));
  return isFirst && configuration.pod?.noToken && !hasOther ? [[]] : [];
}

export function fargateWithoutNode({ container }: Configured): AgentSetting[][] {
  const fargate = effective(container, FARGATE);
  return fargate && isOn(container, FARGATE) && !effective(container, NODE) ? [[fargate]] : [];
}

export function halfPair({ container }: Configured): AgentSetting[][] {
  const set = [CRT, KEY].flatMap((variable) => effective(container, variable) ?? []);
  return set.length === 1 ? [set] : [];
}

/** Of one list it is a mistake; a chart's template writes its own first and the user's after it, in the same list. */
export function overruledInOneList(at: Configured): AgentSetting[][] {
  return at.configuration.manager ? [] : overruled(at).filter(isInOneList);
}

/** An environment is there to overrule a file. */
export function overruledElsewhere(at: Configured): AgentSetting[][] {
  return overruled(at).filter((pair) => at.configuration.manager !== undefined || !isInOneList(pair));
}

export function isInOneList([strong, weak]: readonly AgentSetting[]): boolean {
  return strong?.source === weak?.source;
}

/** The value that counts and, of each variable, the first other one. */
function overruled({ container }: Configured): AgentSetting[][] {
  const { settings } = container;
  const variables = [...new Set(settings.map(({ variable }) => variable))];
  return variables.flatMap((variable) => {
    const strong = effective(container, variable);
    // What the chart has by itself is there to be overruled.
    const isOther = (each: AgentSetting) => each !== strong && !each.standard && said(each) !== '' && said(each) !== said(strong);
    const weak = settings.find((each) => each.variable === variable && isOther(each));
    return strong && weak && !strong.meant ? [[strong, weak]] : [];
  });
}

export function containersDiffer({ configuration, container }: Configured): AgentSetting[][] {
  const [first] = configuration.containers;
  if (!first || first === container) return [];
  return SHARED.flatMap((variable) => {
    const [one, other] = [effective(first, variable), effective(container, variable)];
    return one && other && said(one) !== said(other) ? [[one, other]] : [];
  });
}

/**
 * Port 0 is not dialled; the read-only port is what is left (datadog-agent 7.82 pkg/util/kubernetes/kubelet/kubelet_client.go checkKubeletConnection).
 * With both off, question kubelet-address says so; it also says what an environment of our own leads to.
 */
function httpsOff({ configuration, container }: Configured): AgentSetting[][] {
  if (configuration.of === 'process') return [];
  const [https, http] = [effective(container, HTTPS), effective(container, HTTP)];
  return https?.value === '0' && http?.value !== '0' ? [[https]] : [];
}

/** The chart itself does that there (helm-charts 3.240.0 _containers-common-env.yaml). */
export function httpsOffOnAutopilot(at: Configured): AgentSetting[][] {
  return isOnAutopilot(at) ? httpsOff(at) : [];
}

export function httpsOffElsewhere(at: Configured): AgentSetting[][] {
  return isOnAutopilot(at) ? [] : httpsOff(at);
}

const isOnAutopilot = ({ configuration }: Configured) => configuration.pod?.platform === 'gke-autopilot';

/** Written as settings, each where it stands. */
export function tolerationInvalid(at: Configured): AgentSetting[][] {
  return badTolerations(at, false);
}

/** No apiserver sees them there; it will where they belong. */
export function unreadTolerationInvalid(at: Configured): AgentSetting[][] {
  return badTolerations(at, true);
}

function badTolerations({ configuration, container }: Configured, unread: boolean): AgentSetting[][] {
  const bad = configuration.containers[0] === container ? (configuration.pod?.badTolerations ?? []) : [];
  const asked = bad.filter((each) => (each.unread ?? false) === unread);
  return asked.map(({ at, operator }) => [{ variable: 'operator', value: operator, source: at }]);
}

/** A file of AKS nodes that is there only without serving certificate rotation (AgentBaker cse_config.sh; learn.microsoft.com/azure/aks/certificate-rotation). */
export function caOfOldAks({ configuration, container }: Configured): AgentSetting[][] {
  const ca = effective(container, CA);
  const mounted = configuration.pod?.disks.some(({ from }) => from === AKS_CA);
  return ca && configuration.containers[0] === container && mounted ? [[ca]] : [];
}

export function caUnused({ container }: Configured): AgentSetting[][] {
  const [ca, verify] = [effective(container, CA), effective(container, VERIFY)];
  return ca && verify && isOn(container, VERIFY) === false ? [[ca, verify]] : [];
}

export const LOCK = 'DD_LEADER_ELECTION_DEFAULT_RESOURCE';
const [ELECTS, COLLECTS] = ['DD_LEADER_ELECTION', 'DD_COLLECT_KUBERNETES_EVENTS'] as const;

/** As settings: of each workload its name, and the kind of object it locks on. */
interface Election {
  lock: 'lease' | 'configmap';
  /** Namespace and name of the object. */
  object: string;
}

/**
 * Two workloads of one cluster that elect by objects of one name and of two kinds: neither sees the other's leader. A ConfigMap by default; the
 * variable is known from 7.47 on (Agent 7.82 pkg/util/kubernetes/apiserver/leaderelection).
 */
export function twoLeaders(at: Configured, all: readonly Configured[]): AgentSetting[][] {
  const own = electionOf(at);
  const before = all.slice(0, all.indexOf(at));
  const other = own && before.find((each) => electionOf(each)?.object === own.object && electionOf(each)?.lock !== own.lock);
  const asSetting = (each: Configured): AgentSetting => ({
    variable: LOCK,
    value: electionOf(each)?.lock ?? '',
    source: each.configuration.name,
  });
  return own && other ? [[asSetting(at), asSetting(other)]] : [];
}

/** Undefined where it elects none, and where what decides is not in sight. */
function electionOf({ configuration: { of, name, containers }, container }: Configured): Election | undefined {
  const namespace = /^\S+ ([^/ ]+)\/[^/ ]+$/.exec(name)?.[1];
  if (of !== 'workload' || !namespace || containers[0] !== container) return undefined;
  if (!isOn(container, ELECTS) && !isOn(container, COLLECTS)) return undefined;
  const [kind, object, home] = [LOCK, 'DD_LEADER_LEASE_NAME', 'DD_KUBE_RESOURCES_NAMESPACE'].map((each) => effective(container, each));
  if ([kind, object, home].some((each) => each && each.value === undefined)) return undefined;
  const lock = /^leases?$/.test(kind?.value ?? '') ? 'lease' : /^(configmaps?)?$/.test(kind?.value ?? '') ? 'configmap' : undefined;
  return lock && { lock, object: `${home?.value ?? namespace}/${object?.value ?? 'datadog-leader-election'}` };
}

/** What two settings are compared by. */
export function said(setting: AgentSetting | undefined): string {
  return setting?.value ?? setting?.from ?? '';
}
