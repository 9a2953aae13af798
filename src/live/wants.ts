/** Further facts, asked for only when a check wants them. */
import type { Want } from '../model/check.js';
import type { Candidate } from '../model/facts.js';
import { askEgressPolicies } from './apiserver/egress-policies.js';
import { askEndpoints, askLease, askNodeProxy, askServingRequests } from './apiserver/objects.js';
import { askPlacement, askWorkloads } from './apiserver/placement.js';
import { askKubeletVersions, askOwnRules, askRbacObjects } from './apiserver/rights-objects.js';
import { askTokenReview } from './apiserver/token-review.js';
import type { LiveContext } from './context.js';
import type { Known } from './known.js';
import { askPlainHealthz } from './kubelet/client.js';
import { askThroughNodeProxy } from './kubelet/node-proxy.js';

/** A fact some check wants; what is not ours to ask from here is left alone and stays unanswered. */
export async function fetchWant(context: LiveContext, known: Known, { need, subject }: Want): Promise<void> {
  const { store, settings } = context;
  // Only what goes through the apiserver waits for it; the rest is asked at once.
  const permitted = async () => {
    const api = await known.api;
    return api && api.as !== 'nobody' ? api : undefined;
  };
  // From the agent's own pod lists of the cluster are not ours; someone who asks for them by name may try.
  const permittedToList = async () => {
    const place = settings.placement.asked ? undefined : await known.place;
    return place && place.place !== 'workstation' ? undefined : permitted();
  };
  switch (need) {
    case 'kubelet/second-sight': {
      const askedFor = (by: string) => !subject || subject === by;
      const local = askedFor('local-healthz')
        ? askPlainHealthz(context, 'local-healthz', '127.0.0.1', context.host.healthzPort ?? 10248)
        : undefined;
      if (subject === 'read-only-port' && settings.kubelet.httpPort > 0) {
        const candidate = await known.kubeletCandidate;
        if (candidate) await askPlainHealthz(context, 'read-only-port', candidate.host, settings.kubelet.httpPort);
      }
      const [api, name] = askedFor('node-proxy') ? [await permitted(), await known.nodeName] : [];
      if (api && name) await askNodeProxy(context, api, name);
      await local;
      return;
    }
    case 'kubelet/proxied': {
      // From within the cluster the port itself is asked; and only a workstation's user has the right, as a rule.
      const [api, name, place] = [await permitted(), await known.nodeName, await known.place];
      if (api && name && place?.place === 'workstation') await askThroughNodeProxy(context, api, name);
      return;
    }
    case 'apiserver/token-review':
      await askTokenReview(context, known);
      return;
    case 'apiserver/lease': {
      const [api, name] = [await permitted(), await known.nodeName];
      if (api && name) await askLease(context, api, name);
      return;
    }
    case 'kubelet/serving-requests': {
      const api = await permitted();
      if (api) await askServingRequests(context, api, await known.node);
      return;
    }
    case 'apiserver/endpoints': {
      // Wanted while the service address is silent: the kubelet knows another one, and need not be waited for long.
      const hosts = (await (await known.kubelet)?.apiserverHosts()) ?? [];
      if (hosts.length > 0) {
        store.put(
          { target: 'apiserver', kind: 'endpoints', subject: '' },
          { status: 'observed', ms: 0, data: { from: 'kubelet-metrics', endpoints: hosts } },
        );
        return;
      }
      const api = await permitted();
      if (api) await askEndpoints(context, api);
      return;
    }
    case 'kubelet/tls':
    case 'apiserver/tls': {
      const target = need === 'kubelet/tls' ? 'kubelet' : 'apiserver';
      const candidate = subject && candidateOf(subject, target === 'kubelet' ? 'node-object' : 'endpoint');
      if (candidate) await known.attempt(target, candidate);
      return;
    }
    case 'apiserver/rbac-objects': {
      const [api, who] = [await permitted(), await known.identity];
      const { rights } = settings;
      const user = rights.account ? `system:serviceaccount:${rights.account.namespace}:${rights.account.name}` : who?.user;
      if (api && user) await askRbacObjects(context, api, user, rights.profile.hints);
      return;
    }
    case 'apiserver/own-rules': {
      // About ourselves alone; with a named account it would be another's question.
      const api = settings.rights.account ? undefined : await permitted();
      if (api) await askOwnRules(context, api, subject ?? 'default');
      return;
    }
    case 'apiserver/kubelet-versions': {
      const api = await permitted();
      if (api) await askKubeletVersions(context, api);
      return;
    }
    case 'apiserver/egress-policies': {
      const [api, at, who] = [await permitted(), await known.place, await known.identity];
      const pod = who?.pod ?? (at?.vantage === 'pod-network' ? at.hostName : undefined);
      if (api && at?.namespace && pod) await askEgressPolicies(context, api, at.namespace, pod);
      return;
    }
    case 'apiserver/dns':
      if (subject) await context.lookup('apiserver', subject);
      return;
    case 'self/agent-configuration': {
      const api = await permittedToList();
      if (api) await askWorkloads(context, api);
      return;
    }
    case 'apiserver/workloads':
    case 'apiserver/nodes':
    case 'apiserver/agent-pods':
    case 'apiserver/namespace-policy':
    case 'apiserver/refused-creates': {
      const api = await permittedToList();
      if (api) await askPlacement(context, api);
      return;
    }
    default:
      return;
  }
}

function candidateOf(endpoint: string, origin: Candidate['origin']): Candidate | undefined {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(endpoint) ?? [];
  return host && port ? { host, port: Number(port), origin, source: endpoint } : undefined;
}
