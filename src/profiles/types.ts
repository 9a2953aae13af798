/** What an agent needs, as data. A file of a user's own has the same shape (see sources/profile-file.ts). */
import type { LockKind, NeedKind } from '../model/facts.js';

/** Versions `7.47` or `1.33`: from `since` on, up to and not including `until`. */
export interface VersionRange {
  since?: string;
  until?: string;
}

/** Where an object lives: in the agent's resources namespace, in a fixed one, or everywhere. */
export type Scope = 'agent' | 'cluster-wide' | { fixed: string };

/** One right: verbs on a resource (or a path of the apiserver), and what it is for. */
export interface PermissionNeed {
  feature: string;
  verbs: string[];
  /** '' is the core group. */
  group?: string;
  resource?: string;
  subresource?: string;
  /** Asked for instead of a resource: `/metrics`. */
  path?: string;
  /** A name, or `{lock}` and `{token}` for the names that the agent's settings choose. */
  name?: string;
  namespace?: Scope;
  /** What is lost without it; default: what the feature says. */
  loses?: string;
  /** Default: as the feature. */
  required?: boolean;
  agent?: VersionRange;
  kubernetes?: VersionRange;
  /** Only with kubelets that know fine-grained rights, or only with those that do not. */
  kubelet?: 'fine-grained' | 'classic';
  /** Only when the leader lock is of this kind. */
  lock?: LockKind;
  /** `NAME=value` of the agent's environment, any of which makes the agent do without it. */
  unless?: string[];
  /** The same, one of which it takes to make the agent ask for it. */
  when?: string[];
  /** Spoken of by a question of its own; `kubelet` are the paths that the node Agent reads. */
  kind?: Exclude<NeedKind, 'general'>;
}

export interface ProfileFeature {
  feature: string;
  /** What is lost without it, as a phrase. */
  loses: string;
  /** Without it the agent is of no use. */
  required?: boolean;
  /** On unless asked otherwise. */
  always?: boolean;
  /** Variables of the agent's environment, any of which turns it on: `DD_LEADER_ELECTION=true`. */
  environment?: string[];
  /** The same, any of which turns it off, whatever else would have it on. */
  unless?: string[];
  /** A folder of conf.d: its check's configuration turns the feature on. Cluster checks runners may run the check, and then need the rights. */
  check?: string;
  /** A set of others instead of needs of its own. */
  includes?: string[];
}

export interface Profile {
  profile: string;
  title: string;
  /** NAMESPACE/NAME of its ServiceAccount where nobody said otherwise. */
  account: { namespace: string; name: string };
  /** Words in the names of its roles. */
  hints: string[];
  /** Of cluster checks runners: which checks they run stands in the Cluster Agent's pod. */
  runner?: true;
  /** Names that settings choose: the variable, and the value without it. */
  names?: Record<string, { variable?: string; value: string }>;
  /** The lock that is taken where nobody chooses, by the agent's version, oldest first. */
  locks?: { kind: LockKind; since?: string }[];
  /** Versions that were counted in another way: `1.17` where the agent of that day was 7.33 is `{ from: 1, to: 7, later: 16 }`. */
  renumbered?: { from: number; to: number; later: number };
  /** The variable that chooses between Lease and ConfigMap, and the first agent that knows it. */
  lockSetting?: { variable: string; since: string };
  features: ProfileFeature[];
  needs: PermissionNeed[];
}
