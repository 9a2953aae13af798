/** Loaded before tests: from here on no socket opens. What tries to gets an error, and the process, which others might take it from, fails. */
import dgram from 'node:dgram';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

function forbid(object, name) {
  if (!(name in object)) throw new Error(`there is no ${name} to forbid`);
  object[name] = () => {
    const error = new Error(`${name}: this test opens a socket, but loads nothing that tells test/run.ts so`);
    console.error(error.stack);
    process.once('exit', () => {
      process.exitCode = 1;
    });
    throw error;
  };
}

forbid(net.Socket.prototype, 'connect');
forbid(net.Server.prototype, 'listen');
forbid(dgram, 'createSocket');
syncBuiltinESMExports();
