/**
 * May the account what its profile needs? Asked of the apiserver, need by need: about ourselves by SelfSubjectAccessReview, about another by
 * SubjectAccessReview or, where that is not ours, by impersonation. What we may not ask stays open.
 */

import { PHRASE } from '../../host/redact.js';
import { record } from '../../kubernetes/json.js';
import { KUBELET_SUBRESOURCES } from '../../kubernetes/kubelet/rights.js';
import { canINeed } from '../../manifests/needs-yaml.js';
import type { AccessAnswer, Account, AskedBy, Identity, NodeObject, Outcome, ResolvedProfile, ServerVersion } from '../../model/facts.js';
import { type Question, questionsOf, subjectOfAccess } from '../../profiles/access.js';
import { resolveProfile } from '../../profiles/resolve.js';
import type { LiveContext } from '../context.js';
import { type AgentOnNode, askAgentOnNode } from './agent-on-node.js';
import { askAgentPod, type ToldByPod } from './agent-pod.js';
import { type ApiserverClient, refused } from './client.js';
import { askNamedAccount } from './named.js';
import { askKubeletVersions } from './rights-objects.js';

const GROUP = 'authorization.k8s.io';
const GROUP_PATH = `/apis/${GROUP}/v1`;
/** More needs than any profile that ships has. */
const MOST_QUESTIONS = 600;

/** Any question will do; its answer is not kept. */
const WHETHER_WE_MAY_ASK: Question = { verb: 'get', group: '', resource: 'nodes' };

/** What is known beside: the identity we have, and of the node and the server what could be read. */
export interface RightsBasis {
  identity: Identity;
  /** Of the node in question. */
  nodeName: Promise<string | undefined>;
  node: Promise<NodeObject | undefined>;
  version: ServerVersion | undefined;
  /** Of the pod we run in. */
  namespace: Promise<string | undefined>;
  /** Our environment is the agent's. */
  agentEnvironment: Promise<boolean>;
  inDepth: boolean;
}

/** Writes `account`, `profile` and one `access` fact a question. */
export async function askRights(context: LiveContext, api: ApiserverClient, known: RightsBasis): Promise<void> {
  const name = await known.nodeName;
  const { account, agent } = await chooseAccount(context, api, known.identity, name);
  if (!account) return void (await putProfile(context, api, known));
  const kubelet = KUBELET_SUBRESOURCES.map((subresource) => ({ verb: 'get', group: '', resource: 'nodes', subresource }));
  const asked = Promise.all(kubelet.map((question) => askAccess(context, api, account, { ...question, ...(name ? { name } : {}) })));
  const profile = await putProfile(context, api, known, agent);
  const questions = [...profile.needs, ...(profile.otherLock ?? [])].flatMap(questionsOf).slice(0, MOST_QUESTIONS);
  await Promise.all([
    asked,
    ...questions.map((question) => {
      const atNode = question.resource === 'nodes' && question.subresource !== undefined && name;
      return askAccess(context, api, account, atNode ? { ...question, name } : question);
    }),
  ]);
}

/** Ourselves; or the one that was named, by the first way that is allowed. No account where none is. */
async function chooseAccount(
  context: LiveContext,
  api: ApiserverClient,
  identity: Identity,
  node: string | undefined,
): Promise<{ account?: Account; agent?: AgentOnNode }> {
  const named = context.settings.rights.account;
  // A kubelet sees the pods of its node, and may ask what any account may do: so the agent's rights are known without its token.
  const agent = !named && context.settings.apiserver.asKubelet && node ? await askAgentOnNode(api, node) : undefined;
  const other = named ?? agent;
  const user = other ? `system:serviceaccount:${other.namespace}:${other.name}` : identity.user;
  const isThere = await isAccount(context, api, named ?? (context.settings.apiserver.impersonation && accountOf(identity.user)));
  const isGone = isThere === false;
  // Who shows its own token is there.
  const isOwn = user === identity.user && !context.settings.apiserver.impersonation;
  const unseen = isThere === 'unread' && !isOwn && { unseen: true as const };
  const from = named ? (named.from ?? 'flag') : agent ? 'pod' : 'identity';
  const pod = agent && { pod: agent.pod };
  const outcome = await context.store.observe(
    { target: 'apiserver', kind: 'account', subject: '', reproduce: 'kubectl auth whoami' },
    async (): Promise<Outcome<Account>> => {
      // No right is asked about, so none can be found missing, or be granted: that would be to nobody.
      if (isGone)
        return {
          status: 'failed',
          code: 'ENOACCOUNT',
          detail: 'there is no such ServiceAccount',
          data: { user, from, by: other ? 'review' : 'self' },
        };
      if (user === identity.user) return { status: 'observed', data: { user, from, by: 'self', ...unseen } };
      // Of roles anything may be asked; what they leave open is open.
      if (api.byRoles) return { status: 'observed', data: { user, from, by: 'roles', ...pod, ...unseen } };
      let last: Outcome<AccessAnswer> | undefined;
      const ways = waysFor(context, api);
      for (const by of ways) {
        last = await review(context, api, { user, by, from }, WHETHER_WE_MAY_ASK, 'may we ask');
        if (last.status === 'observed') return { status: 'observed', data: { user, from, by, ...pod, ...unseen } };
        if (last.status !== 'failed' || last.code !== 'HTTP403') break;
      }
      const data: Account = { user, from, by: 'impersonation' };
      return last?.status === 'failed'
        ? { status: 'failed', code: last.code, detail: last.detail, data }
        : { status: 'absent', why: 'no-permission' };
    },
  );
  return { ...(outcome.status === 'observed' && { account: outcome.data }), ...(agent && { agent }) };
}

/** In their order. */
function waysFor({ settings }: LiveContext, { byRoles }: ApiserverClient): readonly Exclude<AskedBy, 'self'>[] {
  if (byRoles) return ['roles'];
  // A request holds one impersonation: who acts as another already has the review alone.
  return settings.apiserver.impersonation ? ['review'] : ['review', 'impersonation'];
}

/** Of an account that is only a name. */
async function isAccount(
  context: LiveContext,
  api: ApiserverClient,
  name: { namespace: string; name: string } | undefined,
): Promise<boolean | 'unread' | undefined> {
  const asked = name && (await askNamedAccount(context, api, name));
  return asked && (asked.status === 'observed' ? asked.data.exists : 'unread');
}

async function putProfile(context: LiveContext, api: ApiserverClient, known: RightsBasis, agent?: AgentOnNode): Promise<ResolvedProfile> {
  const { rights, agent: process } = context.settings;
  const { store } = context;
  const [node, own] = [await known.node, await known.namespace];
  const account = rights.account ?? agent ?? accountOf(known.identity.user);
  const versions = node || rights.kubernetesVersion || !known.inDepth ? undefined : await askKubeletVersions(context, api);
  const pod: ToldByPod | undefined = agent ?? (known.inDepth && account ? await askAgentPod(api, account, rights.profile) : undefined);
  // In the agent's own pod, and as its process, what is not set is not set. Of another account only its pod tells.
  const { name, namespace } = accountOf(known.identity.user) ?? {};
  const isOurs = !rights.account || (rights.account.name === name && rights.account.namespace === namespace);
  const inSight =
    pod?.settings !== undefined ||
    rights.manifest?.isWhole === true ||
    (isOurs && !agent && (process !== undefined || (await known.agentEnvironment)));
  const kubernetes = known.version && { value: known.version.gitVersion, from: "the apiserver's /version" };
  const profile = resolveProfile(rights.profile, {
    source: rights.source,
    asked: rights.features,
    environment: { ...pod?.settings, ...rights.environment },
    agentVersion: rights.agentVersion ?? pod?.version,
    kubernetesVersion: rights.kubernetesVersion ? { value: rights.kubernetesVersion, from: '--kubernetes-version' } : kubernetes,
    kubeletVersions: rights.kubernetesVersion
      ? [rights.kubernetesVersion]
      : node
        ? [node.kubeletVersion]
        : (versions?.versions.map((v) => v.version) ?? []),
    namespace:
      rights.namespace ?? agentsNamespace(rights.account?.namespace, agent, own, account?.namespace, rights.profile.account.namespace),
    inDepth: known.inDepth,
    outOfSight: !inSight,
    checks: { ...pod?.checks, ...rights.checks },
  });
  store.put({ target: 'self', kind: 'profile', subject: '' }, { status: 'observed', data: profile, ms: 0 });
  return profile;
}

function agentsNamespace(
  flag: string | undefined,
  agent: AgentOnNode | undefined,
  pod: string | undefined,
  account: string | undefined,
  standard: string,
) {
  if (flag) return { value: flag, from: '--service-account' };
  if (agent) return { value: agent.namespace, from: `pod ${agent.pod}` };
  if (pod) return { value: pod, from: "the agent's pod" };
  return account ? { value: account, from: 'the ServiceAccount' } : { value: standard, from: "the profile's default" };
}

function accountOf(user: string): { namespace: string; name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace && name ? { namespace, name } : undefined;
}

/** One question, once; a node's name is part of it only where a kubelet would name it. */
function askAccess(context: LiveContext, api: ApiserverClient, account: Account, question: Question): Promise<unknown> {
  const subject = subjectOfAccess(question);
  const as = account.from === 'identity' ? '' : ` --as=${account.user}`;
  const reproduce = `${canINeed({ ...question, ...(question.resource === 'nodes' && { name: undefined }) }, question.verb)}${as}`;
  return context.store.observe({ target: 'apiserver', kind: 'access', subject, reproduce }, () => review(context, api, account, question));
}

async function review(
  context: LiveContext,
  api: ApiserverClient,
  account: Account,
  question: Question,
  about = subjectOfAccess(question),
): Promise<Outcome<AccessAnswer>> {
  const another = account.by === 'review' || account.by === 'roles' ? { user: account.user, groups: groupsOf(account.user) } : undefined;
  const body = bodyOfReview(question, another);
  return api.ask<AccessAnswer>(
    {
      method: 'POST',
      path: `${GROUP_PATH}/${body.kind.toLowerCase()}s`,
      about: `${about}${account.from === 'identity' ? '' : ` as ${account.user}`}`,
      body,
      ...(account.by === 'impersonation' ? { impersonate: account.user } : {}),
    },
    (answer, json) => {
      const { allowed, reason } = record(record(json).status);
      if (typeof allowed !== 'boolean') return refused(answer);
      return {
        status: 'observed',
        data: {
          ...question,
          allowed,
          reason: reason ? context.clean(String(reason), PHRASE) : undefined,
          ...(account.from === 'identity' ? {} : { user: account.user, by: account.by as AskedBy }),
        },
      };
    },
  );
}

/** About ourselves, or about another. */
export function bodyOfReview(
  { verb, group, resource, subresource, name, namespace, path }: Question,
  another?: { user: string; groups: string[] },
): { apiVersion: string; kind: string; spec: object } {
  const asked = path
    ? { nonResourceAttributes: { verb, path } }
    : { resourceAttributes: { verb, group, ...(group ? {} : { version: 'v1' }), resource, subresource, name, namespace } };
  const kind = another ? 'SubjectAccessReview' : 'SelfSubjectAccessReview';
  return { apiVersion: `${GROUP}/v1`, kind, spec: { ...asked, ...another } };
}

/** The groups the apiserver's authenticator gives a ServiceAccount (apiserver pkg/authentication/serviceaccount, MakeGroupNames). */
function groupsOf(user: string): string[] {
  const account = accountOf(user);
  return ['system:serviceaccounts', ...(account ? [`system:serviceaccounts:${account.namespace}`] : []), 'system:authenticated'];
}
