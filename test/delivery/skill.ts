/** Part of `npm run build`: SKILL.md, which AI agents look for in a package, is the page of `kubelet-doctor help agents` with a head that they read. */
import { readFileSync, writeFileSync } from 'node:fs';

const DESCRIPTION =
  'Diagnose why a Datadog Agent or metrics-server cannot talk to the kubelet or the apiserver with the kubelet-doctor CLI: what to run, how to read its JSON, and what never to do.';

const page = readFileSync('src/help/agents.md', 'utf8');
// A page that has a head of its own keeps it.
const head = page.startsWith('---\n') ? '' : `---\nname: kubelet-doctor\ndescription: ${JSON.stringify(DESCRIPTION)}\n---\n\n`;
writeFileSync('SKILL.md', head + page);
