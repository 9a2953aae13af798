// Runs commands of a package in one process, as its users begin them, and leaves beside it what V8 has compiled for them (src/start.ts).
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const [file, kubeconfig] = process.argv.slice(2);
const { main, processIo, scripts, sealOf, COMPILED } = require(file ?? '');
const LINES = [
  ...['healthy-workstation', 'healthy', 'kubelet-rejected'].map((scenario) => ['demo', '--scenario', scenario]),
  ['nodes', '--kubeconfig', kubeconfig],
  ['nodes', '--output', 'json', '--kubeconfig', kubeconfig],
  ['rbac', '--kubeconfig', kubeconfig],
  ['--help'],
  ['list'],
  ['explain', 'kubelet-permission-missing'],
];
/** What is loaded before V8 gets its flags (src/host/engine.ts) is refused under them. */
const before = new Set(scripts.keys());
/** One this small is compiled sooner than read. */
const SMALL = 8192;

(async () => {
  for (const argv of LINES) await main(argv, { io: processIo() });
  mkdirSync(COMPILED);
  for (const [name, script] of scripts) {
    const code = script.createCachedData();
    if (code.length <= SMALL || before.has(name)) continue;
    const seal = sealOf(code, readFileSync(path.join(path.dirname(COMPILED), name)));
    writeFileSync(path.join(COMPILED, `${name}.bin`), Buffer.concat([code, seal]));
  }
})();
