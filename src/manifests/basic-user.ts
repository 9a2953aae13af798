/** The binding that lets everyone ask what they may, as the apiserver creates it (plugin/pkg/auth/authorizer/rbac/bootstrappolicy). */
import { effectOf } from '../kubernetes/rbac-effect.js';
import type { Fix } from '../model/check.js';
import type { RbacBinding, RbacRole } from '../model/facts.js';
import { rbacEffect } from './effect.js';
import { yamlOf } from './rbac-documents.js';

const NAME = 'system:basic-user';
const EVERYONE = 'system:authenticated';

const BINDING: RbacBinding = {
  kind: 'ClusterRoleBinding',
  name: NAME,
  role: { kind: 'ClusterRole', name: NAME },
  subjects: [{ kind: 'Group', name: EVERYONE }],
};

const create = (group: string, ...resources: string[]) => ({ verbs: ['create'], groups: [group], resources, names: [], paths: [] });
const ROLE: RbacRole = {
  kind: 'ClusterRole',
  name: NAME,
  rules: [
    create('authorization.k8s.io', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'),
    create('authentication.k8s.io', 'selfsubjectreviews'),
  ],
};

/**
 * Not `kubectl auth reconcile`: it leaves a binding alone whose annotation autoupdate says false (component-helpers auth/rbac/reconciliation), and
 * only such a one outlives a restart of the apiserver. Without an effect, should it ever grant anything else, there is nothing to paste.
 */
export function basicUserAgain(): Pick<Fix, 'steps' | 'form' | 'effect'> {
  const wanted = ROLE.rules.flatMap(({ groups: [group = ''], resources }) =>
    resources.map((resource) => ({ verb: 'create', group, resource })),
  );
  const there = { roles: [ROLE], bindings: [] };
  const effect = effectOf({ roles: [], bindings: [BINDING] }, { user: '', groups: [EVERYONE] }, wanted, there);
  if (!effect) return {};
  const steps = `kubectl apply --server-side --force-conflicts -f - <<'EOF'\n${yamlOf({ roles: [], bindings: [BINDING] })}\nEOF`;
  return { steps, form: 'shell', effect: rbacEffect({ ...effect, compared: false }, EVERYONE) };
}
