import { readBundle } from './src/bundles/read.js';
import { createHearing } from './src/bundles/said/hearing.js';
import { createNodeFiles } from './src/bundles/node-files.js';
import { createHost } from './src/host/create.js';
const h=createHost();
const b:any = await readBundle(process.argv[2]!, [createNodeFiles(h), createHearing(h.redactor.clean)], Date.now()); console.log(b.error ?? JSON.stringify(b.told).slice(0,500), b.fault, b.skipped);
