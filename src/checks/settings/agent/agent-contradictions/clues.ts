/** Where settings of one container contradict each other, its pod, or the pod's first container: the settings of each contradiction. */
import { isIp } from '../../../../kubernetes/names.js';
import type { AgentSetting } from '../../../../model/facts.js';
import { type Configured, effective, isOn } from '../../shared/configuration.js';

export const HOST = 'DD_KUBERNETES_KUBELET_HOST';
export const [CRT, KEY] = ['DD_KUBELET_CLIENT_CRT', 'DD_KUBELET_CLIENT_KEY'] as const;
export const VERIFY = 'DD_KUBELET_TLS_VERIFY';
const CA = 'DD_KUBELET_CLIENT_CA';
const [FARGATE, NODE] = ['DD_EKS_FARGATE', 'DD_KUBERNETES_KUBELET_NODENAME'] as const;
const OTHER_CREDENTIALS = [CRT, 'DD_KUBELET_AUTH_TOKEN_PATH', 'DD_KUBERNETES_KUBECONFIG_PATH'];
/** Of these, containers of one pod must agree: each of them asks the kubelet. */
const SHARED = [HOST, VERIFY, CA, 'DD_KUBERNETES_HTTPS_KUBELET_PORT'];

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

/** Of one list it is a mistake. */
export function overruledInOneList(at: Configured): AgentSetting[][] {
  return overruled(at).filter(([strong, weak]) => strong?.source === weak?.source);
}

/** An environment is there to overrule a file. */
export function overruledElsewhere(at: Configured): AgentSetting[][] {
  return overruled(at).filter(([strong, weak]) => strong?.source !== weak?.source);
}

/** The value that counts and, of each variable, the first other one. */
function overruled({ container }: Configured): AgentSetting[][] {
  const { settings } = container;
  const variables = [...new Set(settings.map(({ variable }) => variable))];
  return variables.flatMap((variable) => {
    const strong = effective(container, variable);
    const weak = settings.find((each) => each.variable === variable && each !== strong && said(each) && said(each) !== said(strong));
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

export function caUnused({ container }: Configured): AgentSetting[][] {
  const [ca, verify] = [effective(container, CA), effective(container, VERIFY)];
  return ca && verify && isOn(container, VERIFY) === false ? [[ca, verify]] : [];
}

/** What two settings are compared by. */
export function said(setting: AgentSetting | undefined): string {
  return setting?.value ?? setting?.from ?? '';
}
