import { eventBookmark } from '../../../src/checks/permission/event-bookmark.js';
import { base } from '../facts.js';
import { byRoles, profile, rights } from '../rights-facts.js';
import { judgeTable } from '../table.js';

const on = profile({ asked: ['events'], namespace: { value: 'monitoring', from: 'DD_KUBE_RESOURCES_NAMESPACE' } });

judgeTable(eventBookmark, [
  { row: 'no events, no bookmark', facts: [...base(), ...rights(profile())], expect: 'not-applicable' },
  { row: 'held', facts: [...base(), ...rights(on)], expect: 'pass' },
  {
    row: 'update forbidden, in the namespace of DD_KUBE_RESOURCES_NAMESPACE',
    facts: [...base(), ...rights(on, /^update configmaps/)],
    expect: { cause: 'event-bookmark-forbidden', severity: 'degrades' },
    witnesses: ['apiserver/access'],
    says: /may not update ConfigMap datadogtoken.*update configmaps datadogtoken -n monitoring denied.*kind: Role\\nmetadata:.*namespace: \\"monitoring\\".*verbs: \[\\"update\\"\]/,
  },
  {
    row: 'by the roles of a bundle',
    facts: [...base(), ...byRoles(rights(on, /^update configmaps/))],
    expect: { cause: 'event-bookmark-forbidden', severity: 'degrades' },
    witnesses: ['apiserver/access'],
    says: /by the roles in this bundle, \S+ may not update configmaps/,
  },
  { row: 'not ours to ask', facts: [...base(), ...rights(on, undefined, /datadogtoken/)], expect: 'cannot-tell' },
]);
