/**
 * `npm run build:krew -- [URL [HOMEPAGE]]`: the plugin's archives and its krew manifest in dist/krew. URL is the folder the archives will be
 * downloaded from; without it the manifest says example.invalid, and only the archives are of use.
 */
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { bundleModule } from './bundle.js';
import { buildExecutable } from './executable.js';
import { writeKrew } from './krew.js';
import { complaintsOf } from './krew-rules.js';
import { DIST, PACKAGE, say } from './tools.js';

const NOWHERE = `https://example.invalid/${PACKAGE.name}`;
const [base = `${NOWHERE}/v${PACKAGE.version}`, homepage = NOWHERE] = process.argv.slice(2);
const single = await bundleModule(path.join(DIST, 'single/kubelet-doctor.mjs'));
chmodSync(single, 0o755);
const { executable } = await buildExecutable();
const folder = path.join(DIST, 'krew');
const manifest = writeKrew(folder, base, homepage, { 'linux-amd64': executable, node: single });
const complaints = complaintsOf(`${PACKAGE.name}.yaml`, manifest);
if (complaints.length > 0) throw new Error(`krew would refuse this: ${complaints.join('; ')}`);
if (base.startsWith(NOWHERE)) say('No download URL was given: the manifest names example.invalid');
say(`${path.relative('.', folder)}/${PACKAGE.name}.yaml: ${manifest.spec.platforms.length} platforms, ${PACKAGE.name} v${PACKAGE.version}`);
