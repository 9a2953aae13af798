// The least that a program with undici needs for the requests of a check: it reads no answer but to its end, and judges nothing.
import { readFileSync } from 'node:fs';
import { Client } from 'undici';

const { ca, token, connections } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const body = JSON.stringify({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  spec: { resourceAttributes: { verb: 'get', resource: 'nodes', subresource: 'metrics' } },
});
await Promise.all(
  connections.map(async ({ origin, requests }) => {
    const client = new Client(origin, { connect: { ca }, pipelining: 1 });
    for (const { method, path, isOurs } of requests) {
      const headers = { ...(isOurs && { authorization: `Bearer ${token}` }), ...(method === 'POST' && { 'content-type': 'application/json' }) };
      const answer = await client.request({ method, path, headers, ...(method === 'POST' && { body }) });
      await answer.body.text();
    }
    await client.close();
  }),
);
