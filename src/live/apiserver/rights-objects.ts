/** What explains a missing right, read only when a check wants it: roles and bindings, our own rules, versions of kubelets and agent. */

import { lastChange } from '../../agent-config/last-change.js';
import { text } from '../../host/text.js';
import { list, record } from '../../kubernetes/json.js';
import type { KubeletVersions, Outcome, OwnRules, RbacBinding, RbacObjects, RbacRole, RbacRule } from '../../model/facts.js';
import type { LiveContext } from '../context.js';
import { type ApiserverClient, NOT_IN_BUNDLE, refused } from './client.js';
import { concerned } from './rights-select.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const PAGE = 500;
/** 2000 objects of a kind; beyond that what we read is a part. */
const MOST_PAGES = 4;
const PAGE_BYTES = 8 << 20;

type Page = { items: unknown[]; next?: string };

/** A whole list, page by page, reduced item by item. */
export async function askAll<T>(
  api: ApiserverClient,
  path: string,
  reduce: (item: unknown) => T[],
  how: { about?: string; asOurselves?: true } = {},
): Promise<Outcome<{ items: T[]; complete: boolean }>> {
  const items: T[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = `limit=${PAGE}${next ? `&continue=${encodeURIComponent(next)}` : ''}`;
    const outcome = await api.ask<Page>(
      {
        path: `${path}?${query}`,
        maxBytes: PAGE_BYTES,
        large: true,
        ...how,
        ...(page > 0 ? { about: [...(how.about ? [how.about] : []), `page ${page + 1}`].join(', ') } : {}),
      },
      (answer, json) => {
        if (answer.status !== 200) return refused(answer);
        const more = record(record(json).metadata).continue;
        return {
          status: 'observed',
          data: { items: list(record(json).items), ...(typeof more === 'string' && more ? { next: more } : {}) },
        };
      },
    );
    // What is behind the part that a bundle holds was never asked for.
    if (outcome.status === 'failed' && outcome.code === NOT_IN_BUNDLE) return { status: 'observed', data: { items, complete: false } };
    if (outcome.status !== 'observed') return unread(outcome);
    items.push(...outcome.data.items.flatMap(reduce));
    next = outcome.data.next;
    if (!next) return { status: 'observed', data: { items, complete: true } };
  }
  return { status: 'observed', data: { items, complete: false } };
}

/** Why there is no list, without what there is of one. */
export function unread(outcome: Exclude<Outcome<unknown>, { status: 'observed' }>): Outcome<never> {
  return outcome.status === 'failed' ? { status: 'failed', code: outcome.code, detail: outcome.detail } : outcome;
}

/** Bindings first: they say which roles matter. All four lists, or nothing is concluded from what is not there. */
export function askRbacObjects(context: LiveContext, api: ApiserverClient, user: string, hints: readonly string[]): Promise<unknown> {
  return context.store.observe(
    { target: 'apiserver', kind: 'rbac-objects', subject: '', reproduce: 'kubectl get clusterrolebindings,rolebindings -A -o wide' },
    async (): Promise<Outcome<RbacObjects>> => {
      const clusterBindings = await askAll(api, `${RBAC}/clusterrolebindings`, (item) => bindingOf('ClusterRoleBinding', item));
      if (clusterBindings.status !== 'observed') return unread(clusterBindings);
      const bindings = orPart(await askAll(api, `${RBAC}/rolebindings`, (item) => bindingOf('RoleBinding', item)));
      if (bindings.status !== 'observed') return unread(bindings);
      const clusterRoles = await askAll(api, `${RBAC}/clusterroles`, (item) => roleOf('ClusterRole', item));
      if (clusterRoles.status !== 'observed') return unread(clusterRoles);
      const roles = orPart(await askAll(api, `${RBAC}/roles`, (item) => roleOf('Role', item)));
      if (roles.status !== 'observed') return unread(roles);
      const lists = [clusterBindings, bindings, clusterRoles, roles].map((each) => each.data.complete);
      const all = {
        bindings: [...clusterBindings.data.items, ...bindings.data.items],
        roles: [...clusterRoles.data.items, ...roles.data.items],
      };
      const found = concerned(all, user, hints);
      const complete = lists.every(Boolean);
      // What was not read may be there.
      return { status: 'observed', data: { ...found, gone: complete ? found.gone : [], complete } };
    },
  );
}

/** What a bundle leaves out may be in the cluster: of the kinds about one namespace it may have none. */
function orPart<T>(listed: Outcome<{ items: T[]; complete: boolean }>): Outcome<{ items: T[]; complete: boolean }> {
  const isLeftOut = listed.status === 'absent' && listed.why === 'not-in-bundle';
  return isLeftOut ? { status: 'observed', data: { items: [], complete: false } } : listed;
}

const texts = (value: unknown, max = 100) =>
  list(value)
    .slice(0, max)
    .map((each) => text(each));

/** As judged. */
export function bindingOf(kind: RbacBinding['kind'], item: unknown): RbacBinding[] {
  const { metadata, roleRef, subjects } = record(item);
  const { name, namespace } = record(metadata);
  const role = record(roleRef);
  return [
    {
      kind,
      name: text(name),
      ...(namespace ? { namespace: text(namespace) } : {}),
      ...lastChange(item, 'f:roleRef', 'f:subjects'),
      role: { kind: text(role.kind, 40), name: text(role.name) },
      subjects: list(subjects)
        .slice(0, 50)
        .map((each) => {
          const subject = record(each);
          return {
            kind: text(subject.kind, 40),
            name: text(subject.name),
            ...(subject.namespace ? { namespace: text(subject.namespace) } : {}),
          };
        }),
    },
  ];
}

/** As judged. */
export function roleOf(kind: RbacRole['kind'], item: unknown): RbacRole[] {
  const { metadata, rules } = record(item);
  const { name, namespace } = record(metadata);
  return [
    {
      kind,
      name: text(name),
      ...(namespace ? { namespace: text(namespace) } : {}),
      ...lastChange(item, 'f:rules', 'f:aggregationRule'),
      rules: list(rules).slice(0, 100).map(ruleOf),
    },
  ];
}

function ruleOf(rule: unknown): RbacRule {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = record(rule);
  return {
    verbs: texts(verbs, 20),
    groups: texts(apiGroups, 20),
    resources: texts(resources),
    names: texts(resourceNames),
    paths: texts(nonResourceURLs),
  };
}

/** SelfSubjectRulesReview for one namespace: what it lists is held; what it does not list may be held all the same. */
export function askOwnRules(context: LiveContext, api: ApiserverClient, namespace: string): Promise<unknown> {
  const apiVersion = 'authorization.k8s.io/v1';
  return context.store.observe(
    { target: 'apiserver', kind: 'own-rules', subject: '', reproduce: `kubectl auth can-i --list -n ${namespace}` },
    () =>
      api.ask<OwnRules>(
        {
          method: 'POST',
          path: `/apis/${apiVersion}/selfsubjectrulesreviews`,
          body: { apiVersion, kind: 'SelfSubjectRulesReview', spec: { namespace } },
          maxBytes: 1 << 20,
        },
        (answer, json) => {
          const { resourceRules, nonResourceRules, incomplete } = record(record(json).status);
          if (!Array.isArray(resourceRules)) return refused(answer);
          const rules = [...resourceRules, ...list(nonResourceRules)].slice(0, 300).map(ruleOf);
          return { status: 'observed', data: { rules, incomplete: incomplete === true } };
        },
      ),
  );
}

/** Which kubelets there are: a role serves all of them. */
export async function askKubeletVersions(context: LiveContext, api: ApiserverClient): Promise<KubeletVersions | undefined> {
  const outcome = await context.store.observe(
    { target: 'apiserver', kind: 'kubelet-versions', subject: '', reproduce: 'kubectl get nodes' },
    async (): Promise<Outcome<KubeletVersions>> => {
      const nodes = await askAll(api, '/api/v1/nodes', (item) => {
        const { metadata, status } = record(item);
        return [{ name: text(record(metadata).name), version: text(record(record(status).nodeInfo).kubeletVersion, 60) }];
      });
      if (nodes.status !== 'observed') return unread(nodes);
      const byVersion = new Map<string, string[]>();
      for (const { name, version } of nodes.data.items) byVersion.set(version, [...(byVersion.get(version) ?? []), name]);
      const versions = [...byVersion]
        .map(([version, at]) => ({ version, nodes: at.length, examples: at.slice(0, 3) }))
        .sort((a, b) => (a.version < b.version ? -1 : 1));
      return { status: 'observed', data: { versions, complete: nodes.data.complete } };
    },
  );
  return outcome.status === 'observed' ? outcome.data : undefined;
}
