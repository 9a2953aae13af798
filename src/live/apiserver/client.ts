/** Asking the apiserver: one request, its `http` fact, and the fact that its answer is reduced to. */

import { collectionOf, isListOf, isTable } from '../../kubernetes/collections.js';
import type { CredentialKind } from '../../model/facts/connection.js';
import type { HttpAnswer, Outcome } from '../../model/facts.js';
import { type Authority, type Held, type Owner, ownerOfAnswer, type Sendable, secretsOf } from '../../probes/connection/gate.js';
import type { Session } from '../../probes/connection/http.js';
import type { Presented } from '../connection/credentials.js';
import { passTo, sessionFor } from '../connection/http-session.js';
import type { Reached } from '../connection/reach.js';
import { type LiveContext, REQUEST_TIMEOUT_MS } from '../context.js';
import { reproduceHttp } from '../reproduce.js';

/** What the answer to a request means: the outcome of a fact, from the answer and its JSON. */
export type Reduce<T> = (answer: HttpAnswer, json: unknown, body: string, truncated: boolean) => Outcome<T>;

/** What asks one apiserver; each answer leaves its fact. */
export interface ApiserverClient {
  /** GET or POST with our credential; the `http` fact is written. */
  ask<T>(
    options: {
      method?: 'GET' | 'POST';
      path: string;
      body?: unknown;
      maxBytes?: number;
      /** A page of a list: see RequestOptions. */
      large?: true;
      /** A list as the apiserver's own table, where it makes one; what comes says by its kind which of both it is. */
      table?: true;
      as?: 'nobody';
      /** Tells apart requests to one path. */
      about?: string;
      /** Asked in the name of this user, beside whom the settings impersonate; only for the review that asks what it may. */
      impersonate?: string;
      /** Not in the name of whom the settings impersonate: what there is, and not what that one may do. */
      asOurselves?: true;
    },
    reduce: Reduce<T>,
  ): Promise<Outcome<T>>;
  as: CredentialKind;
  endpoint: string;
  /** Nobody is asked: access is what the roles of a bundle allow. */
  byRoles?: true;
  /** Whose word its answers are. */
  wordOf: Owner;
  /** The secret of a token, to be asked about; undefined where it may not be sent here. */
  tokenFor(credential: Held): string | undefined;
}

/** A client with the credential, to a server whose certificate verified (or on the user's own flag), else without. */
export function apiserverClient(context: LiveContext, reached: Reached, presented: Presented, authority: Authority): ApiserverClient {
  const passed = presented.held && passTo(context, reached, presented.held, authority);
  /** A path in the server's URL, e.g. Rancher's. */
  const prefix = context.settings.apiserver.url?.path ?? '';
  const { impersonation } = context.settings.apiserver;
  const sessions = new Map<Sendable | undefined, Session>();
  const session = (credential: Sendable | undefined): Session => {
    const open = sessions.get(credential) ?? sessionFor(context, reached, credential);
    sessions.set(credential, open);
    return open;
  };
  context.onClose(() => Promise.all([...sessions.values()].map((s) => s.close())));

  return {
    as: presented.as,
    endpoint: reached.endpoint,
    wordOf: ownerOfAnswer({ server: reached.server, authority }),
    tokenFor(credential) {
      const may = passTo(context, reached, credential, authority);
      return 'send' in may ? secretsOf(may.send).token : undefined;
    },
    async ask({ method = 'GET', path, body, maxBytes, large, table, as: forced, about, impersonate, asOurselves }, reduce) {
      if (impersonate !== undefined && !/\/selfsubjectaccessreviews$/.test(path)) throw new Error(`impersonation for ${path}`);
      const as = forced ?? presented.as;
      const inquiry = {
        target: 'apiserver' as const,
        kind: 'http' as const,
        subject: `${as} ${method} ${path}${about ? ` (${about})` : ''}`,
        reproduce: method === 'GET' ? reproduceHttp(reached.endpoint, path, { ...presented.files, as }) : undefined,
      };
      if (as !== 'nobody' && !(passed && 'send' in passed)) {
        context.store.put(inquiry, { status: 'absent', why: 'withheld', detail: passed?.detail });
        return { status: 'absent', why: 'withheld' };
      }
      const credential = as !== 'nobody' && passed && 'send' in passed ? passed.send : undefined;
      let reduced: Outcome<never> | undefined;
      const outcome = await context.store.observe(inquiry, async () => {
        const answer = await session(credential).request({
          method,
          path: prefix + path,
          body,
          maxBytes,
          ...(as === 'nobody' || asOurselves
            ? {}
            : { impersonate: impersonate === undefined ? impersonation : { user: impersonate, groups: [], extra: {} } }),
          timeoutMs: context.waitMs(REQUEST_TIMEOUT_MS),
          ...(large && { large }),
          ...(table && { accept: TABLE }),
          signal: context.signal,
        });
        if (answer.outcome.status === 'observed') {
          const { data } = answer.outcome;
          const resource = method === 'GET' && data.status === 200 && !answer.truncated ? collectionOf(path) : undefined;
          const isForeign = resource !== undefined && !(table && isTable(answer.json)) && !isListOf(resource, answer.json);
          reduced = isForeign ? NO_LIST : (reduce(data, answer.json, answer.body, answer.truncated) as Outcome<never>);
        }
        context.noteClock('apiserver', answer.outcome);
        return answer.outcome;
      });
      if (outcome.status === 'observed') return reduced ?? { status: 'absent', why: 'not-attempted' };
      if (outcome.status === 'failed') return { status: 'failed', code: outcome.code, detail: outcome.detail };
      return outcome;
    },
  };
}

/** The code of a page that is not in a bundle (checks/placement/shared/unread.ts). */
export const NOT_IN_BUNDLE = 'ENOTINBUNDLE';
/** As kubectl asks. */
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

const NO_LIST: Outcome<never> = { status: 'failed', code: 'ENOTLIST', detail: 'the answer is not the list that was asked for' };

/** The answer was no; its status is the code. */
export const refused = ({ status }: HttpAnswer): Outcome<never> => ({
  status: 'failed',
  code: `HTTP${status}`,
  detail: `status ${status}`,
});
