import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectionOf, isListOf } from '../../src/kubernetes/collections.js';

describe('a list', () => {
  const paths: [path: string, resource: string | undefined][] = [
    ['/api/v1/pods?limit=5', 'pods'],
    ['/api/v1/namespaces/datadog/pods', 'pods'],
    ['/api/v1/namespaces', 'namespaces'],
    ['/api/v1/namespaces/datadog', undefined],
    ['/api/v1/nodes/n1', undefined],
    ['/api/v1/nodes/n1/proxy/pods', undefined],
    ['/apis/apps/v1/daemonsets?limit=500&continue=a', 'daemonsets'],
    ['/apis/apps/v1/namespaces/datadog/daemonsets/agent', undefined],
    ['/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=a%2Fb', 'endpointslices'],
    ['/version', undefined],
    ['/readyz?verbose', undefined],
    ['/apis/apps/v1', undefined],
  ];
  for (const [path, resource] of paths)
    it(`is what ${path} asks for: ${resource ?? 'no'}`, () => assert.equal(collectionOf(path), resource));

  const kinds: [resource: string, json: unknown, isOne: boolean][] = [
    ['pods', { kind: 'PodList', items: [] }, true],
    ['pods', { kind: 'PodList', items: null }, true],
    ['networkpolicies', { kind: 'NetworkPolicyList', items: [] }, true],
    ['priorityclasses', { kind: 'PriorityClassList', items: [] }, true],
    ['endpoints', { kind: 'EndpointsList', items: [] }, true],
    ['pods', { kind: 'ConfigMapList', items: [] }, false],
    ['pods', { kind: 'Status', status: 'Success' }, false],
    ['pods', { kind: 'PodList', items: 'no' }, false],
    ['pods', { items: [] }, false],
    ['pods', undefined, false],
  ];
  for (const [resource, json, isOne] of kinds)
    it(`of ${resource} is ${isOne ? '' : 'not '}${JSON.stringify(json)}`, () => assert.equal(isListOf(resource, json), isOne));
});
