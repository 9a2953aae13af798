// The least that a program with undici needs for the requests of a run: it reads an answer to its end, as JSON a list, and judges nothing.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
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
    for (const { method, path, isOurs, list } of requests) {
      const headers = {
        ...(isOurs && { authorization: `Bearer ${token}` }),
        ...(list && { accept: list, 'accept-encoding': 'gzip' }),
        ...(method === 'POST' && { 'content-type': 'application/json' }),
      };
      const answer = await client.request({ method, path, headers, ...(method === 'POST' && { body }) });
      if (!list) await answer.body.text();
      else if (answer.headers['content-encoding'] !== 'gzip') await answer.body.json();
      else JSON.parse(gunzipSync(Buffer.from(await answer.body.arrayBuffer())).toString());
    }
    await client.close();
  }),
);
