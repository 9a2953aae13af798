import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Refusal, refusalOf } from '../../../src/checks/shared/kubelet-answers.js';
import { printable } from '../../../src/host/redact.js';

const of403 = (body: string) => refusalOf({ method: 'GET', path: '/pods', as: 'token', status: 403, body, voice: 'kubelet' });

test('whom a 403 names', () => {
  const table: [string, Refusal | undefined][] = [
    [
      'Forbidden (user=system:serviceaccount:lab:norbac, verb=get, resource=nodes, subresource(s)=[pods proxy])\n',
      { user: 'system:serviceaccount:lab:norbac', subresources: ['pods', 'proxy'] },
    ],
    [
      'Forbidden (user=system:anonymous, verb=get, resource=nodes, subresource=proxy)',
      { user: 'system:anonymous', subresources: ['proxy'] },
    ],
    ['Forbidden (user=u, verb=, resource=nodes, subresource(s)=[])', { user: 'u', subresources: [] }],
    // A client certificate's CN may hold anything.
    [
      'Forbidden (user=a, verb=get, resource=nodes, subresource=proxy), verb=get, resource=nodes, subresource(s)=[log])',
      { user: 'a, verb=get, resource=nodes, subresource=proxy)', subresources: ['log'] },
    ],
    ['Forbidden (user=u, verb=get, resource=nodes, subresource(s)=[$(reboot) pods])', { user: 'u', subresources: ['pods'] }],
    ['Forbidden (user=u, verb=get, resource=nodes', undefined],
    ['<html>Forbidden (user=u, verb=get, resource=nodes, subresource=proxy)', undefined],
    ['Forbidden (user=a\nb, verb=get, resource=nodes, subresource=proxy)', undefined],
    ['', undefined],
  ];
  for (const [body, refusal] of table) assert.deepEqual(of403(body), refusal, body);
  // As probes/connection/http.ts keeps a body.
  const kept = printable('Forbidden (user=\x1b[31mu, verb=get, resource=nodes, subresource=proxy)', 400);
  assert.equal(of403(kept)?.user.includes('\x1b'), false);
});

test("another status, and another server's words, name nobody", () => {
  const body = 'Forbidden (user=u, verb=get, resource=nodes, subresource=proxy)';
  const answer = { method: 'GET', path: '/pods', as: 'token', status: 403, body, voice: 'kubelet' } as const;
  assert.deepEqual(refusalOf(answer), { user: 'u', subresources: ['proxy'] });
  assert.equal(refusalOf({ ...answer, status: 401 }), undefined);
  assert.equal(refusalOf({ ...answer, voice: 'proxy' }), undefined);
});
