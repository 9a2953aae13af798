/** The review APIs: who am I, may I, what may I, may they, is this token good. */
import type { Cluster } from '../state/cluster.js';
import type { Attributes, Caller, Rule } from '../state/rights.js';
import type { Json } from '../world.js';
import { rfc3339 } from './payloads.js';

const AUTHENTICATION = 'authentication.k8s.io/v1';
const AUTHORIZATION = 'authorization.k8s.io/v1';

function userInfo({ user, uid, groups, extra }: Caller): Json {
  return { username: user, ...(uid && { uid }), groups, ...(extra && { extra }) };
}

/** Order in which Go writes the fields. */
const RESOURCE_FIELDS = ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name', 'fieldSelector', 'labelSelector'];
const SPEC_FIELDS = ['resourceAttributes', 'nonResourceAttributes', 'user', 'groups', 'extra', 'uid', 'token', 'audiences'];

function ordered(value: Json, fields: string[]): Json {
  return Object.fromEntries(fields.filter((f) => value[f] !== undefined).map((f) => [f, value[f]]));
}

function managedFields(kind: string, spec: Json, userAgent: string, nowMs: number): Json {
  const owned = (value: Json): Json =>
    Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, v]) => [`f:${key}`, typeof v === 'object' && v !== null && !Array.isArray(v) ? { '.': {}, ...owned(v as Json) } : {}]),
    );
  return {
    managedFields: [
      {
        manager: userAgent.split('/')[0] || 'unknown',
        operation: 'Update',
        apiVersion: kind === 'TokenReview' ? AUTHENTICATION : AUTHORIZATION,
        time: rfc3339(nowMs),
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:spec': owned(spec) },
      },
    ],
  };
}

/** What is asked in a review's spec, as the authorizer takes it. */
function attributesOf(spec: Json): Attributes | undefined {
  const resource = spec.resourceAttributes as Partial<Attributes> | undefined;
  if (resource) return { verb: '', group: '', resource: '', ...resource };
  const path = spec.nonResourceAttributes as { path?: string; verb?: string } | undefined;
  return path && { verb: path.verb ?? '', group: '', resource: '', path: path.path ?? '' };
}

function cleanSpec(spec: Json): Json {
  const inner = spec.resourceAttributes as Json | undefined;
  return ordered({ ...spec, ...(inner && { resourceAttributes: ordered(inner, RESOURCE_FIELDS) }) }, SPEC_FIELDS);
}

/** The answer to a review someone may create, or the message of a 400. */
export function review(plural: string, body: Json, who: Caller, userAgent: string, cluster: Cluster): Json | string {
  const spec = (body.spec ?? {}) as Json;
  switch (plural) {
    case 'selfsubjectreviews':
      return {
        kind: 'SelfSubjectReview',
        apiVersion: AUTHENTICATION,
        metadata: { creationTimestamp: rfc3339(cluster.now()) },
        status: { userInfo: userInfo(who) },
      };
    case 'selfsubjectaccessreviews':
      return accessReview('SelfSubjectAccessReview', spec, who, userAgent, cluster);
    case 'subjectaccessreviews': {
      const subject = { user: String(spec.user ?? ''), groups: (spec.groups as string[] | undefined) ?? [] };
      return accessReview('SubjectAccessReview', spec, subject, userAgent, cluster);
    }
    case 'selfsubjectrulesreviews':
      return spec.namespace ? rulesReview(who, cluster) : 'no namespace on request';
    default:
      return tokenReview(spec, userAgent, cluster);
  }
}

function accessReview(kind: string, spec: Json, who: Caller, userAgent: string, cluster: Cluster): Json | string {
  const asked = attributesOf(spec);
  if (!asked) return 'spec.resourceAttributes: exactly one of nonResourceAttributes or resourceAttributes must be specified';
  const cleaned = cleanSpec(spec);
  const metadata = managedFields(kind, cleaned, userAgent, cluster.now());
  return { kind, apiVersion: AUTHORIZATION, metadata, spec: cleaned, status: cluster.authorize(who, asked) };
}

function rulesReview(who: Caller, cluster: Cluster): Json {
  const rules = cluster.listRules(who);
  const resources = (rule: Rule) => ({
    verbs: rule.verbs,
    apiGroups: rule.groups,
    resources: rule.resources,
    ...(rule.resourceNames && { resourceNames: rule.resourceNames }),
  });
  const incomplete = cluster.world.apiserver.rulesIncomplete;
  return {
    kind: 'SelfSubjectRulesReview',
    apiVersion: AUTHORIZATION,
    metadata: {},
    spec: {},
    status: {
      resourceRules: rules.filter((r) => r.resources).map(resources),
      nonResourceRules: rules.filter((r) => r.paths).map((r) => ({ verbs: r.verbs, nonResourceURLs: r.paths })),
      incomplete,
      ...(incomplete && { evaluationError: 'webhook authorizer does not support user rule resolution' }),
    },
  };
}

function tokenReview(spec: Json, userAgent: string, cluster: Cluster): Json {
  const token = String(spec.token ?? '');
  const result = cluster.authenticateToken(token);
  const status =
    'error' in result
      ? { user: {}, error: result.error }
      : { authenticated: true, user: userInfo(result.identity), audiences: ['https://kubernetes.default.svc.cluster.local'] };
  const metadata = managedFields('TokenReview', { token }, userAgent, cluster.now());
  return { kind: 'TokenReview', apiVersion: AUTHENTICATION, metadata, spec: { token }, status };
}
