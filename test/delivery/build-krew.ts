/**
 * `npm run build:krew -- URL HOMEPAGE`: the plugin's archives and its krew manifest in dist/krew. URL is the folder the archives will be
 * downloaded from; HOMEPAGE may stand in package.json instead.
 */
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { bundleModule } from './bundle.js';
import { buildExecutable } from './executable.js';
import { writeKrew } from './krew.js';
import { complaintsOf } from './krew-rules.js';
import { DIST, PACKAGE, say } from './tools.js';

const [base, homepage = PACKAGE.homepage] = process.argv.slice(2);
if (!isAddress(base) || !isAddress(homepage)) {
  console.error(
    'build:krew needs addresses (https://…): npm run build:krew -- URL HOMEPAGE; URL is the folder that will hold the archives',
  );
  process.exit(2);
}
const single = await bundleModule(path.join(DIST, 'single/kubelet-doctor.mjs'));
chmodSync(single, 0o755);
const { executable } = await buildExecutable();
const folder = path.join(DIST, 'krew');
const manifest = writeKrew(folder, base, homepage, { 'linux-amd64': executable, node: single });
const complaints = complaintsOf(`${PACKAGE.name}.yaml`, manifest);
if (complaints.length > 0) throw new Error(`krew would refuse this: ${complaints.join('; ')}`);
say(`${path.relative('.', folder)}/${PACKAGE.name}.yaml: ${manifest.spec.platforms.length} platforms, ${PACKAGE.name} v${PACKAGE.version}`);

function isAddress(text: string | undefined): text is string {
  return text !== undefined && URL.canParse(text) && new URL(text).protocol === 'https:';
}
