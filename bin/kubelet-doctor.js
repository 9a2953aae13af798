#!/usr/bin/env node
// A file that is missing or cannot be opened must not end as findings do: Node's own code for it is 1.
process.exitCode = 2;
try {
  const { main, processIo } = require('../dist/kubelet-doctor.js');
  main(process.argv.slice(2), { io: processIo() }).then((code) => {
    process.exitCode = code;
  });
} catch (error) {
  process.stderr.write(`kubelet-doctor: cannot start: ${String(error?.message ?? error).split('\n')[0]}\n`);
}
