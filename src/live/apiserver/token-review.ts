/**
 * TokenReview of the token that is shown to the kubelet: the question the kubelet itself asks about it, and the one place where the apiserver
 * gives a reason. Asked as the kubelet of this node, or as the user of a kubeconfig; never as the token's own account, which may not.
 */

import { NAME, SENTENCE } from '../../host/redact.js';
import { record } from '../../kubernetes/json.js';
import type { TokenReview } from '../../model/facts.js';
import { hold } from '../../probes/connection/gate.js';
import { inspectClientCertificate } from '../../probes/credentials/certificate.js';
import { parseEndpoint } from '../../setup/values.js';
import type { LiveContext } from '../context.js';
import type { Known } from '../known.js';
import { type ApiserverClient, apiserverClient, refused } from './client.js';

const API = 'authentication.k8s.io/v1';

/** Writes `apiserver/token-review`; nothing where there is no token, or nobody else to ask as. */
export async function askTokenReview(context: LiveContext, known: Known): Promise<void> {
  const held = await known.token;
  const reviewer = held && (await reviewerOf(context, known));
  const token = held && reviewer?.api.tokenFor(held);
  if (!reviewer || token === undefined) return;
  await context.store.observe({ target: 'apiserver', kind: 'token-review', subject: '' }, () =>
    reviewer.api.ask<TokenReview>(
      { method: 'POST', path: `/apis/${API}/tokenreviews`, body: { apiVersion: API, kind: 'TokenReview', spec: { token } } },
      (answer, json) => {
        const { authenticated, error, user } = record(record(json).status);
        if (answer.status !== 201 && answer.status !== 200) return refused(answer);
        const { username } = record(user);
        return {
          status: 'observed',
          data: {
            authenticated: authenticated === true,
            ...(typeof username === 'string' && username && { user: context.clean(username, NAME) }),
            ...(typeof error === 'string' && error && { error: context.clean(error, SENTENCE) }),
            by: reviewer.by,
          },
        };
      },
    ),
  );
}

async function reviewerOf(context: LiveContext, known: Known): Promise<{ api: ApiserverClient; by: string } | undefined> {
  const { settings } = context;
  const api = await known.api;
  const kubelet = settings.apiserver.asKubelet ? undefined : await asKubelet(context, known);
  if (kubelet) return { api: kubelet, by: "this node's kubelet" };
  // With the token itself one learns no more than its 401.
  return api && api.as === 'certificate' ? { api, by: (await known.identity)?.user ?? '' } : undefined;
}

/** A session beside the main one: the token was named by flag, and the kubelet's kubeconfig lies here as well. */
async function asKubelet(context: LiveContext, known: Known): Promise<ApiserverClient | undefined> {
  const { settings, host } = context;
  const loaded = settings.kubeletIdentity && settings.nodeFiles?.live ? settings.nodeFiles.kubeconfig?.loaded : undefined;
  const endpoint = loaded && parseEndpoint(loaded.cluster.server);
  const { certPem, keyPem } = loaded?.credential ?? {};
  if (!loaded || !endpoint || typeof endpoint === 'string' || !certPem || !keyPem) return undefined;
  const reached = await known.attempt(
    'apiserver',
    {
      host: endpoint.host,
      port: endpoint.port,
      origin: 'kubeconfig',
      source: loaded.source,
    },
    'kubelet',
  );
  if (!reached) return undefined;
  const inspected = inspectClientCertificate(host, { certPem, keyPem, source: loaded.source });
  if (inspected.outcome.status !== 'observed') return undefined;
  const presented = { as: 'certificate', held: hold('kubelet', { certPem, keyPem }), files: { as: 'certificate' } } as const;
  const { caPem: pem } = loaded.cluster;
  return apiserverClient(context, reached, presented, pem === undefined ? { owner: 'public', pem } : { owner: 'kubelet', pem });
}
