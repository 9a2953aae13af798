/** Who we are to the apiserver, what may be done, and the roles and bindings behind it. */
import type { Change } from './run.js';

/** SelfSubjectReview (or its fallback): who the apiserver takes us for. */
export interface Identity {
  user: string;
  groups: string[];
  /** From `extra`: pod and node the token is bound to; of a kubelet its own node. */
  pod?: string;
  node?: string;
  /**
   * `review` = SelfSubjectReview; `refusal` = read from a 403 of an older server; `disputed` = a review that names another than our own token
   * does. Only the first may be put into a command.
   */
  by: 'review' | 'refusal' | 'disputed';
}

/** One SelfSubjectAccessReview, asked the way this kubelet asks. */
export interface AccessAnswer {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  name?: string;
  namespace?: string;
  allowed: boolean;
  /** The authorizer's words, cleaned and cut. */
  reason?: string;
  /** A path of the apiserver, for a right that is about no resource. */
  path?: string;
  /** Whom it was asked for, where that is not simply us. */
  user?: string;
  by?: AskedBy;
}

/**
 * How rights are asked for: about ourselves, about another (SubjectAccessReview), or as another (impersonation). `roles`, since 1.5: nobody was asked,
 * and it is what the roles and bindings of a bundle allow.
 */
export type AskedBy = 'self' | 'review' | 'impersonation' | 'roles';

/** Whose rights are judged. `failed` with code HTTP403: another's were asked for, and neither way is allowed to us. */
export interface Account {
  user: string;
  /** `flag`: named by --service-account; our own words, so it may be printed. `pod`: that of the agent's pod on this node. `workload`, since 1.5: that of the agent's DaemonSet in a bundle. */
  from: 'identity' | 'flag' | 'pod' | 'workload';
  by: AskedBy;
  /** For `pod`: `NAMESPACE/NAME` of that pod. */
  pod?: string;
  /** It was named, and neither it nor a list that would show it could be read: nothing is granted to it before it was seen. */
  unseen?: true;
}

/** One right a profile needs in this run, all choices made. */
export interface ResolvedNeed {
  verbs: string[];
  group: string;
  resource: string;
  subresource?: string;
  /** Subresources that serve as well. */
  orElse?: string[];
  name?: string;
  /** Missing: cluster-wide. */
  namespace?: string;
  /** A path of the apiserver instead of a resource. */
  path?: string;
  feature: string;
  /** What is lost without it, as a phrase. */
  loses: string;
  required: boolean;
  kind: NeedKind;
  /**
   * Whether it is needed cannot be told from here: a setting out of sight may turn it off or choose another name (`unseen`), or cluster checks
   * runners may have it instead (`runners`). It is not missing then where it is denied.
   */
  maybe?: 'unseen' | 'runners';
}

/** Which check speaks of it. */
export type NeedKind = 'kubelet' | 'leader-lock' | 'event-bookmark' | 'general';

/** Kubernetes object a leader election locks on. */
export type LockKind = 'lease' | 'configmap' | 'endpoints';

/** What the agent needs, by its profile, and where each choice came from. */
export interface ResolvedProfile {
  profile: string;
  /** Built in, or the file it was read from. */
  source: string;
  /** Features that are on, and why. */
  features: { feature: string; why: string }[];
  /** Features it knows and that were not asked for. */
  off: string[];
  /** Of these: settings out of sight may have turned them on. */
  unseen?: string[];
  agentVersion: { value: string; from: string };
  kubernetesVersion: { value: string; from: string };
  kubelet: 'fine-grained' | 'classic' | 'unknown';
  lock?: LockKind;
  /** What chose it: a variable with its value, or a default. */
  lockFrom?: string;
  /** What the other kind of lock would need, where a setting out of sight may have chosen that. */
  otherLock?: ResolvedNeed[];
  namespace: { value: string; from: string };
  /** Words that names of its roles hold. */
  hints: string[];
  needs: ResolvedNeed[];
  /** What should be known about deprecated APIs it uses. */
  deprecated: string[];
  /** Asked for by the `rbac` command or for a named account: roles are then judged in depth. */
  inDepth: boolean;
}

/** A rule of RBAC as it stands, cleaned. */
export interface RbacRule {
  verbs: string[];
  groups: string[];
  resources: string[];
  names: string[];
  paths: string[];
}

export interface RbacRole {
  kind: 'ClusterRole' | 'Role';
  name: string;
  namespace?: string;
  rules: RbacRule[];
  changed?: Change;
}

export interface RbacSubject {
  kind: string;
  name: string;
  namespace?: string;
}

export interface RbacBinding {
  kind: 'ClusterRoleBinding' | 'RoleBinding';
  name: string;
  namespace?: string;
  role: { kind: string; name: string };
  subjects: RbacSubject[];
  changed?: Change;
}

/** Roles and bindings that concern the account, or that by their names or rules might be meant for it. */
export interface RbacObjects {
  bindings: RbacBinding[];
  roles: RbacRole[];
  /** ClusterRoles and Roles that a binding names and that do not exist: `ClusterRole/NAME`, `Role/NAMESPACE/NAME`. */
  gone: string[];
  /** Everything was listed; otherwise there are more than we read. */
  complete: boolean;
}

/** SelfSubjectRulesReview: a rule that is listed is held; one that is not may be held all the same. */
export interface OwnRules {
  rules: RbacRule[];
  incomplete: boolean;
}
