/** The settings of a run, ready to use. */

import type { AgentConfiguration, Place, Setting } from '../model/facts.js';
import type { AuthorityOwner, Owner } from '../probes/connection/gate.js';
import type { LoadedKubeconfig } from '../probes/credentials/kubeconfig.js';
import type { Impersonation } from '../probes/credentials/kubeconfig-file.js';
import type { AgentSource } from './agent-process.js';
import type { NodeFiles } from './node-files.js';
import type { RightsSettings } from './profile-choice.js';
import type { Endpoint } from './values.js';

/** Whose words a server's settings are. */
export interface Owners {
  /** Its address, as far as a setting gives one. */
  server: Owner;
  authority: AuthorityOwner;
  credential: Owner;
}

/** What would be presented to a server, as files; all of one origin. */
export interface CredentialPaths {
  tokenPath?: string;
  certPath?: string;
  keyPath?: string;
}

export interface KubeletSettings extends CredentialPaths {
  owners: Owners;
  host?: string;
  /** The flag or variable; `none` where the host is not set. */
  hostSource: string;
  /** 0 where the agent's own setting turns HTTPS off. */
  port: number;
  caPath?: string;
  /** Inline CA of a kubeconfig. */
  caPem?: string;
  caSource: string;
  /** The kubeconfig's user is presented to the kubelet too; what it holds inline is in `apiserver.kubeconfig`. */
  usesKubeconfig: boolean;
  /** DD_KUBELET_TLS_VERIFY: a fact to report, never our consent to skip verification. */
  agentVerifies: boolean;
  /** Read-only port; 0 where it is turned off. */
  httpPort: number;
  /** DD_KUBELET_USE_API_SERVER: the agent reads /pods from the apiserver. */
  useApiServer: boolean;
  /** DD_EKS_FARGATE: the agent reads everything through the apiserver's node proxy. */
  eksFargate: boolean;
}

export interface ApiserverSettings extends CredentialPaths {
  owners: Owners;
  url?: Endpoint;
  from: 'flag' | 'service-environment' | 'kubeconfig' | 'none';
  caPath?: string;
  caPem?: string;
  kubeconfig?: LoadedKubeconfig;
  /** `tls-server-name`. */
  serverName?: string;
  /** `proxy-url` with its credentials, where it has some; only `settings` may be shown. */
  proxyUrl?: string;
  /** `as` of the kubeconfig or --as: in whose name the apiserver is asked. A kubelet knows no impersonation. */
  impersonation?: Impersonation;
  insecureInKubeconfig: boolean;
  /** The apiserver is asked as the kubelet of this node. */
  asKubelet: boolean;
  /** With credentials; only `settings` may be shown. Missing: our own environment decides. */
  proxyEnvironment?: Readonly<Record<string, string>>;
  /** DD_KUBERNETES_APISERVER_TLS_VERIFY, a fact like `kubelet.agentVerifies`. */
  agentVerifies: boolean;
}

/** The settings, ready to use. */
export interface Resolved {
  /** For --verbose and the `settings` fact. What is not set and has no default is not listed. */
  settings: Setting[];
  node?: string;
  kubelet: KubeletSettings;
  apiserver: ApiserverSettings;
  rights: RightsSettings;
  /** --insecure-skip-tls-verify, and nothing else. */
  insecure: boolean;
  noExec: boolean;
  timeoutMs: number;
  connectTimeoutMs: number;
  placement: PlacementSettings;
  /** Where we run, looked at once: settings depend on it as well. */
  seen: Place;
  /** --root: where the node's file system is. */
  root?: string;
  /** False: --no-kubelet-identity. */
  kubeletIdentity: boolean;
  /** The node's own files, where they are at hand. */
  nodeFiles?: NodeFiles;
  /** --agent-process: whom everything else here was read from. */
  agent?: AgentSource;
  /** Its log, as it names it. */
  agentLog?: string;
  /** What environment and datadog.yaml say of the agent's settings, as they say it. */
  configuration?: Omit<AgentConfiguration, 'install'>;
}

/** Where the agent may run. */
export interface PlacementSettings {
  daemonset?: { namespace: string; name: string };
  /** Path of a manifest to judge instead of what is installed. */
  manifest?: string;
  /** Asked for by a flag or by the command; at a workstation it is asked anyway. */
  asked: boolean;
  /** Lists of thousands as the apiserver's own tables, and only what these leave open as objects. */
  brief?: true;
}
