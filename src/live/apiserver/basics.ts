/** What is always asked of the apiserver: is it ready, who are we, and may we what this kubelet will ask for. */
import { NAME, printable } from '../../host/redact.js';
import { record } from '../../kubernetes/json.js';
import type { FactData, Identity, Outcome } from '../../model/facts.js';
import { isHostName } from '../../setup/values.js';
import type { LiveContext } from '../context.js';
import { reproduceRaw } from '../reproduce.js';
import { type ApiserverClient, type Reduce, refused } from './client.js';

/**
 * Asks the base questions; returns who we are, with the version known. `subject` is whom our own token names: a review
 * that names another, though we impersonate nobody, is disputed.
 */
export async function askApiserver(context: LiveContext, api: ApiserverClient, subject?: string): Promise<Identity | undefined> {
  const { store, settings } = context;
  const version = store.observe({ target: 'apiserver', kind: 'version', subject: '', reproduce: reproduceRaw('/version') }, () =>
    openly(api, '/version', reduceVersion),
  );
  const readiness = version.then(() =>
    store.observe({ target: 'apiserver', kind: 'readiness', subject: '', reproduce: reproduceRaw('/readyz?verbose') }, () =>
      openly(api, '/readyz?verbose', reduceReadiness),
    ),
  );
  if (api.as === 'nobody') {
    await readiness;
    return undefined;
  }
  // On another connection, by a credential that asks neither of both.
  const identity = await store.observe(
    { target: 'apiserver', kind: 'identity', subject: '', reproduce: 'kubectl auth whoami' },
    async () => {
      const asked = await whoAmI(api);
      const isOther = asked.status === 'observed' && subject !== undefined && asked.data.user !== subject;
      if (!isOther || settings.apiserver.impersonation || asked.data.user === 'system:anonymous') return asked;
      return { ...asked, data: { ...asked.data, by: 'disputed' } };
    },
  );
  // Which rights are asked about depends on it.
  await version;
  return identity.status === 'observed' ? identity.data : undefined;
}

/** Public paths are asked without a credential first; where anonymous requests are refused, with it. */
async function openly<T>(api: ApiserverClient, path: string, reduce: Reduce<T>): Promise<Outcome<T>> {
  const anonymous = await api.ask({ path, as: 'nobody' }, reduce);
  if (api.as === 'nobody' || anonymous.status !== 'failed' || !['HTTP401', 'HTTP403'].includes(anonymous.code)) return anonymous;
  return api.ask({ path }, reduce);
}

const reduceVersion: Reduce<FactData['version']> = (answer, json) => {
  const { gitVersion, major, minor } = record(json);
  if (answer.status !== 200 || typeof gitVersion !== 'string') return refused(answer);
  return {
    status: 'observed',
    data: {
      gitVersion: printable(gitVersion, 60),
      major: Number.parseInt(String(major), 10) || 0,
      minor: Number.parseInt(String(minor), 10) || 0,
    },
  };
};

const reduceReadiness: Reduce<FactData['readiness']> = (answer, _json, body) => {
  const failing = [...body.matchAll(/^\[-\]([\w./-]+) failed/gm)].map((m) => m[1] ?? '').slice(0, 20);
  if (answer.status === 200 && /^ok\s*$|check passed\s*$/.test(body)) return { status: 'observed', data: { ready: true, failing: [] } };
  return failing.length > 0 || (answer.status === 500 && answer.voice !== 'proxy')
    ? { status: 'observed', data: { ready: false, failing } }
    : refused(answer);
};

/** SelfSubjectReview by the newest version served (v1 since 1.28); before 1.26 a refusal on purpose names us. */
async function whoAmI(api: ApiserverClient): Promise<Outcome<Identity>> {
  for (const version of ['v1', 'v1beta1', 'v1alpha1']) {
    const apiVersion = `authentication.k8s.io/${version}`;
    const asked = await api.ask<Identity>(
      { method: 'POST', path: `/apis/${apiVersion}/selfsubjectreviews`, body: { apiVersion, kind: 'SelfSubjectReview' } },
      (answer, json) =>
        answer.status === 201 || answer.status === 200
          ? reduceIdentity(json)
          : // Refused before the request itself is looked at. Constrained impersonation (KEP-5284; on in 1.36) names the request it was for:
            // `cannot impersonate-on:user-info:create resource "selfsubjectreviews"`; before, `cannot impersonate resource "users"`.
            answer.status === 403 && /cannot impersonate(-on:[\w:-]+)? resource/.test(answer.body)
            ? { status: 'failed', code: 'EIMPERSONATION', detail: answer.body.slice(0, 300) }
            : refused(answer),
    );
    if (asked.status !== 'failed' || (asked.code !== 'HTTP404' && asked.code !== 'HTTP403')) return asked;
    if (asked.code === 'HTTP403') break;
  }
  return api.ask<Identity>({ path: '/kubelet-doctor-whoami' }, (answer) => {
    const user = /User "([^"]{1,253})" cannot/.exec(answer.body.replaceAll('\\"', '"'))?.[1];
    return user && answer.status === 403 ? { status: 'observed', data: { user, groups: [], by: 'refusal' } } : refused(answer);
  });
}

/** `system:node:n1`: a kubelet's own name is its node's. */
function nodeOfUser(user: string): string | undefined {
  const name = user.startsWith('system:node:') ? user.slice('system:node:'.length) : '';
  return isHostName(name) ? name : undefined;
}

function reduceIdentity(json: unknown): Outcome<Identity> {
  const { username, groups, extra } = record(record(record(json).status).userInfo);
  if (typeof username !== 'string') return { status: 'failed', code: 'ENOTREVIEW', detail: 'no userInfo in the answer' };
  const first = (key: string) => {
    const list = record(extra)[`authentication.kubernetes.io/${key}`];
    return Array.isArray(list) && typeof list[0] === 'string' ? printable(list[0], NAME) : undefined;
  };
  return {
    status: 'observed',
    data: {
      user: printable(username, NAME),
      groups: Array.isArray(groups) ? groups.slice(0, 20).map((group) => printable(String(group), NAME)) : [],
      pod: first('pod-name'),
      node: first('node-name') ?? nodeOfUser(printable(username, NAME)),
      by: 'review',
    },
  };
}
