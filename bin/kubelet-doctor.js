#!/usr/bin/env node
// A file that is missing or cannot be opened must not end as findings do: Node's own code for it is 1.
const loaded = await import('../dist/kubelet-doctor.js').catch((error) => {
  process.stderr.write(`kubelet-doctor: cannot start: ${String(error?.message ?? error).split('\n')[0]}\n`);
});
process.exitCode = loaded ? await loaded.main(process.argv.slice(2), { io: loaded.processIo() }) : 2;
