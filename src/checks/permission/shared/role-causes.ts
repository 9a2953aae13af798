/** Causes in roles and bindings: each of them, when present, is why a right is missing. */
export const ROLE_CAUSES = [
  'role-missing',
  'binding-missing',
  'dangling-binding',
  'role-binding-too-narrow',
  'binding-subject-differs',
  'role-grants-nothing',
  'create-limited-by-name',
] as const;
