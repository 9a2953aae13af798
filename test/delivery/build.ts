/** `npm run build`: dist, as bin/kubelet-doctor.js loads it: a script for each command's own parts, what this Node has compiled of them, the licences of what is in them, and the schemas of what is printed as JSON. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { reportSchema } from '../../src/report/contract/schema.js';
import { textsSchema } from '../../src/texts/schema.js';
import { bundlePackage, compileAhead } from './bundle.js';
import { NOTICES, noticesOf } from './notices.js';
import { DIST, say } from './tools.js';

mkdirSync(DIST, { recursive: true });
// Chunks are named by their content: those of the last build would be packed as well.
for (const file of readdirSync(DIST)) if (/\.js(on)?$|^compiled-/.test(file)) rmSync(path.join(DIST, file), { recursive: true });
writeFileSync(path.join(DIST, NOTICES), noticesOf(await bundlePackage(DIST)));
await compileAhead(DIST);
writeFileSync(path.join(DIST, 'report.schema.json'), JSON.stringify(reportSchema, null, 2));
writeFileSync(path.join(DIST, 'texts.schema.json'), JSON.stringify(textsSchema, null, 2));
await import('./skill.js');
say(`built ${path.relative('.', DIST)}`);
