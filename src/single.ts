/** Where the one file and the executable begin: there is no launcher beside them. No top-level await, which CommonJS does not know. */
import { main, processIo } from './main.js';

void main(process.argv.slice(2), { io: processIo() }).then((code) => {
  process.exitCode = code;
});
