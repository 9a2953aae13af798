/** What bin/kubelet-doctor.js loads. */
export { processIo } from './cli/io.js';
export { main } from './main.js';
