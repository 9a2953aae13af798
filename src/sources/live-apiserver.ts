/** The questions put to the apiserver: who are we, what may we, is it ready; and, when wanted, its view of the node and of the kubelet. */
import type {
  AccessAnswer,
  Candidate,
  CredentialKind,
  FactData,
  HttpAnswer,
  Identity,
  NodeObject,
  Outcome,
  ServingRequest,
} from '../model/facts.js';
import { openSession, type Session } from '../probes/http.js';
import { openVerifiedTls } from '../probes/tls.js';
import { type LiveContext, REQUEST_TIMEOUT_MS } from './context.js';
import type { Presented } from './credentials.js';
import { list, record } from './json.js';
import type { Reached } from './reach.js';
import { matchesNode, reduceNode, reduceSecondSight } from './reduce.js';
import { reproduceAccess, reproduceHttp, reproduceRaw } from './reproduce.js';

/** Questions answered by the body of a request: outcome of the fact from the answer and its JSON. */
type Reduce<T> = (answer: HttpAnswer, json: unknown, body: string) => Outcome<T>;

export interface ApiserverQuestions {
  /** GET or POST with our credential; the `http` fact is written. */
  ask<T>(
    options: {
      method?: 'GET' | 'POST';
      path: string;
      body?: unknown;
      maxBytes?: number;
      as?: 'nobody' /** Tells apart requests to one path. */;
      about?: string;
    },
    reduce: Reduce<T>,
  ): Promise<Outcome<T>>;
  as: CredentialKind;
  endpoint: string;
}

/** A session with the credential, to a server whose certificate verified (or on the user's own flag), else without. */
export function apiserverQuestions(
  context: LiveContext,
  reached: Reached,
  presented: Presented,
  ca: string | undefined,
): ApiserverQuestions {
  const trusted = reached.handshake.verification.ok || context.settings.insecure;
  /** A path in the server's URL, e.g. Rancher's. */
  const prefix = context.settings.apiserver.url?.path ?? '';
  const sessions = new Map<CredentialKind, Session>();
  const session = (as: CredentialKind): Session => {
    const open = sessions.get(as) ?? sessionFor(context, reached, as === 'nobody' ? undefined : presented, ca);
    sessions.set(as, open);
    return open;
  };
  context.onClose(() => Promise.all([...sessions.values()].map((s) => s.close())));

  return {
    as: presented.as,
    endpoint: reached.endpoint,
    async ask({ method = 'GET', path, body, maxBytes, as: forced, about }, reduce) {
      const as = forced ?? presented.as;
      const question = {
        target: 'apiserver' as const,
        kind: 'http' as const,
        subject: `${as} ${method} ${path}${about ? ` (${about})` : ''}`,
        reproduce: method === 'GET' ? reproduceHttp(reached.endpoint, path, { ...presented.files, as }) : undefined,
      };
      if (as !== 'nobody' && !trusted) {
        context.store.put(question, {
          status: 'absent',
          why: 'withheld',
          detail: 'no credential to a server whose certificate does not verify',
        });
        return { status: 'absent', why: 'withheld' };
      }
      let reduced: Outcome<never> | undefined;
      const outcome = await context.store.observe(question, async () => {
        const answer = await session(as).request({
          method,
          path: prefix + path,
          body,
          maxBytes,
          timeoutMs: REQUEST_TIMEOUT_MS,
          signal: context.signal,
        });
        if (answer.outcome.status === 'observed') reduced = reduce(answer.outcome.data, answer.json, answer.body) as Outcome<never>;
        context.noteClock('apiserver', answer.outcome);
        return answer.outcome;
      });
      if (outcome.status === 'observed') return reduced ?? { status: 'absent', why: 'not-attempted' };
      if (outcome.status === 'failed') return { status: 'failed', code: outcome.code, detail: outcome.detail };
      return outcome;
    },
  };
}

/** A keep-alive HTTP/1.1 session over the layers already seen: the examined connection for nobody, a verified one for a credential. */
export function sessionFor(context: LiveContext, reached: Reached, presented: Presented | undefined, ca: string | undefined): Session {
  const { settings, clean, userAgent, host } = context;
  return openSession({
    as: presented?.as ?? 'nobody',
    host: reached.candidate.host,
    port: reached.candidate.port,
    authorization: () => (presented?.token ? `Bearer ${presented.token}` : undefined),
    clean,
    userAgent,
    now: () => host.now(),
    async open() {
      const examined = presented ? undefined : reached.takeExamined();
      if (examined && !examined.destroyed) return examined;
      const opened = await reached.open();
      if (!('socket' in opened)) return opened;
      const verified = await openVerifiedTls(opened.socket, {
        serverName: reached.serverName,
        ca,
        cert: presented?.certPem,
        key: presented?.keyPem,
        // Without a credential nothing can leak; with one, only the user's own flag lifts verification.
        insecure: presented ? settings.insecure : true,
        timeoutMs: settings.connectTimeoutMs,
      });
      return verified.ok ? verified.socket : { code: verified.code, detail: verified.detail };
    },
  });
}

/** Asks the base questions in the order that needs the fewest requests; returns who we are. */
export async function askApiserver(context: LiveContext, api: ApiserverQuestions): Promise<Identity | undefined> {
  const { store } = context;
  await store.observe({ target: 'apiserver', kind: 'version', subject: '', reproduce: reproduceRaw('/version') }, () =>
    openly(api, '/version', reduceVersion),
  );
  await store.observe({ target: 'apiserver', kind: 'readiness', subject: '', reproduce: reproduceRaw('/readyz?verbose') }, () =>
    openly(api, '/readyz?verbose', reduceReadiness),
  );
  if (api.as === 'nobody') return undefined;
  const identity = await store.observe({ target: 'apiserver', kind: 'identity', subject: '', reproduce: 'kubectl auth whoami' }, () =>
    whoAmI(api),
  );
  return identity.status === 'observed' ? identity.data : undefined;
}

/** Public paths are asked without a credential first; where anonymous requests are refused, with it. */
async function openly<T>(api: ApiserverQuestions, path: string, reduce: Reduce<T>): Promise<Outcome<T>> {
  const anonymous = await api.ask({ path, as: 'nobody' }, reduce);
  if (api.as === 'nobody' || anonymous.status !== 'failed' || !['HTTP401', 'HTTP403'].includes(anonymous.code)) return anonymous;
  return api.ask({ path }, reduce);
}

const refused = ({ status }: HttpAnswer): Outcome<never> => ({ status: 'failed', code: `HTTP${status}`, detail: `status ${status}` });

const reduceVersion: Reduce<FactData['version']> = (answer, json) => {
  const { gitVersion, major, minor } = record(json);
  if (answer.status !== 200 || typeof gitVersion !== 'string') return refused(answer);
  return {
    status: 'observed',
    data: {
      gitVersion: gitVersion.slice(0, 60),
      major: Number.parseInt(String(major), 10) || 0,
      minor: Number.parseInt(String(minor), 10) || 0,
    },
  };
};

const reduceReadiness: Reduce<FactData['readiness']> = (answer, _json, body) => {
  const failing = [...body.matchAll(/^\[-\]([\w./-]+) failed/gm)].map((m) => m[1] ?? '').slice(0, 20);
  if (answer.status === 200) return { status: 'observed', data: { ready: true, failing: [] } };
  return failing.length > 0 || answer.status === 500 ? { status: 'observed', data: { ready: false, failing } } : refused(answer);
};

/** SelfSubjectReview by the newest version served (v1 since 1.28); before 1.26 a refusal on purpose names us. */
async function whoAmI(api: ApiserverQuestions): Promise<Outcome<Identity>> {
  for (const version of ['v1', 'v1beta1', 'v1alpha1']) {
    const apiVersion = `authentication.k8s.io/${version}`;
    const asked = await api.ask<Identity>(
      { method: 'POST', path: `/apis/${apiVersion}/selfsubjectreviews`, body: { apiVersion, kind: 'SelfSubjectReview' } },
      (answer, json) => (answer.status === 201 || answer.status === 200 ? reduceIdentity(json) : refused(answer)),
    );
    if (asked.status !== 'failed' || (asked.code !== 'HTTP404' && asked.code !== 'HTTP403')) return asked;
    if (asked.code === 'HTTP403') break;
  }
  return api.ask<Identity>({ path: '/kubelet-doctor-whoami' }, (answer) => {
    const user = /User "([^"]{1,253})" cannot/.exec(answer.body.replaceAll('\\"', '"'))?.[1];
    return user && answer.status === 403 ? { status: 'observed', data: { user, groups: [], by: 'refusal' } } : refused(answer);
  });
}

function reduceIdentity(json: unknown): Outcome<Identity> {
  const { username, groups, extra } = record(record(record(json).status).userInfo);
  if (typeof username !== 'string') return { status: 'failed', code: 'ENOTREVIEW', detail: 'no userInfo in the answer' };
  const first = (key: string) => {
    const list = record(extra)[`authentication.kubernetes.io/${key}`];
    return Array.isArray(list) && typeof list[0] === 'string' ? list[0] : undefined;
  };
  return {
    status: 'observed',
    data: {
      user: username,
      groups: Array.isArray(groups) ? groups.map(String).slice(0, 20) : [],
      pod: first('pod-name'),
      node: first('node-name'),
      by: 'review',
    },
  };
}

/** The exact question a kubelet asks for its paths (kubernetes pkg/kubelet/server/auth.go). */
export const KUBELET_SUBRESOURCES = ['proxy', 'pods', 'healthz', 'configz', 'metrics', 'stats'] as const;

export async function askAccess(context: LiveContext, api: ApiserverQuestions, node: string | undefined): Promise<void> {
  await Promise.all(
    KUBELET_SUBRESOURCES.map((subresource) => {
      const attributes = { verb: 'get', group: '', version: 'v1', resource: 'nodes', subresource, name: node };
      return context.store.observe(
        {
          target: 'apiserver',
          kind: 'access',
          subject: `get nodes/${subresource}`,
          reproduce: reproduceAccess('get', 'nodes', subresource),
        },
        () =>
          api.ask<AccessAnswer>(
            {
              method: 'POST',
              path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
              about: `get nodes/${subresource}`,
              body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: attributes } },
            },
            (answer, json) => {
              const { allowed, reason } = record(record(json).status);
              if (typeof allowed !== 'boolean') return refused(answer);
              return {
                status: 'observed',
                data: {
                  verb: 'get',
                  group: '',
                  resource: 'nodes',
                  subresource,
                  name: node,
                  allowed,
                  reason: reason ? context.clean(String(reason), 200) : undefined,
                },
              };
            },
          ),
      );
    }),
  );
}

export function askNode(context: LiveContext, api: ApiserverQuestions, node: string): Promise<Outcome<NodeObject>> {
  const path = `/api/v1/nodes/${encodeURIComponent(node)}`;
  return context.store.observe({ target: 'apiserver', kind: 'node', subject: node, reproduce: `kubectl get node ${node} -o yaml` }, () =>
    api.ask({ path, maxBytes: 1 << 20 }, (answer, json) => (answer.status === 200 ? reduceNode(json, context.clean) : refused(answer))),
  );
}

/** Age by the server's clock, so that a wrong local clock makes no stale heartbeat. */
export function askLease(context: LiveContext, api: ApiserverQuestions, node: string): Promise<unknown> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${encodeURIComponent(node)}`;
  return context.store.observe(
    { target: 'apiserver', kind: 'lease', subject: node, reproduce: `kubectl -n kube-node-lease get lease ${node} -o yaml` },
    () =>
      api.ask<FactData['lease']>({ path }, (answer, json) => {
        const { renewTime } = record(record(json).spec);
        const renewed = Date.parse(String(renewTime));
        if (answer.status !== 200 || Number.isNaN(renewed)) return refused(answer);
        const age = Math.max(0, Math.round(((answer.serverTimeMs ?? context.host.now()) - renewed) / 1000));
        return { status: 'observed', data: { node, renewedAt: new Date(renewed).toISOString(), ageSeconds: age } };
      }),
  );
}

export function askEndpoints(context: LiveContext, api: ApiserverQuestions): Promise<unknown> {
  const path =
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes&limit=5';
  return context.store.observe(
    {
      target: 'apiserver',
      kind: 'endpoints',
      subject: '',
      reproduce: 'kubectl get endpointslices -l kubernetes.io/service-name=kubernetes',
    },
    () =>
      api.ask<FactData['endpoints']>({ path }, (answer, json) => {
        if (answer.status !== 200) return refused(answer);
        const endpoints = list(record(json).items).flatMap((slice) => {
          const port = Number(record(list(record(slice).ports)[0]).port) || 443;
          return list(record(slice).endpoints).flatMap((e) =>
            list(record(e).addresses).map((address) => ({ address: String(address), port })),
          );
        });
        return { status: 'observed', data: { from: 'endpoint-slice', endpoints: endpoints.slice(0, 8) } };
      }),
  );
}

/** The same kubelet through the apiserver, which does not verify kubelet certificates by default. */
export function askNodeProxy(context: LiveContext, api: ApiserverQuestions, node: string): Promise<unknown> {
  const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/healthz`;
  return context.store.observe({ target: 'kubelet', kind: 'second-sight', subject: 'node-proxy', reproduce: reproduceRaw(path) }, () =>
    api.ask({ path }, (answer, json, body) => {
      const { message } = record(json);
      return {
        status: 'observed',
        data: reduceSecondSight('node-proxy', answer.status, context.clean(typeof message === 'string' ? message : body, 300)),
      };
    }),
  );
}

export function askServingRequests(context: LiveContext, api: ApiserverQuestions, node: NodeObject | undefined): Promise<unknown> {
  const path =
    '/apis/certificates.k8s.io/v1/certificatesigningrequests?fieldSelector=spec.signerName%3Dkubernetes.io%2Fkubelet-serving&limit=100';
  return context.store.observe(
    {
      target: 'kubelet',
      kind: 'serving-requests',
      subject: '',
      reproduce: 'kubectl get csr --field-selector spec.signerName=kubernetes.io/kubelet-serving',
    },
    () =>
      api.ask<ServingRequest[]>({ path, maxBytes: 1 << 20 }, (answer, json) => {
        if (answer.status !== 200) return refused(answer);
        const requests = list(record(json).items).flatMap((item): ServingRequest[] => {
          const { metadata, spec, status } = record(item);
          const conditions = list(record(status).conditions).map((c) => String(record(c).type));
          const requestor = String(record(spec).username ?? '');
          if (node && requestor !== `system:node:${node.node}`) return [];
          const state = conditions.includes('Denied')
            ? 'denied'
            : conditions.includes('Failed')
              ? 'failed'
              : conditions.includes('Approved')
                ? 'approved'
                : 'pending';
          return [
            {
              csr: String(record(metadata).name ?? ''),
              state,
              requestor,
              matchesNode: node !== undefined && matchesNode(String(record(spec).request ?? ''), node),
            },
          ];
        });
        return { status: 'observed', data: requests.slice(0, 10) };
      }),
  );
}

/** The apiserver's answer lists a candidate for the kubelet: the address other components dial first (kubeadm: InternalIP). */
export function candidateFromNode(node: NodeObject, port: number): Candidate | undefined {
  const address = node.addresses.find((a) => a.type === 'InternalIP') ?? node.addresses.find((a) => a.type === 'ExternalIP');
  return (
    address && {
      host: address.address,
      port: node.kubeletPort || port,
      origin: 'node-object',
      source: `Node ${node.node} status.addresses ${address.type}`,
    }
  );
}
