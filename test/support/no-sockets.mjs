/** For `--import`: from here on no socket opens; what is tried throws. */
import dgram from 'node:dgram';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

function forbid(object, name) {
  if (!(name in object)) throw new Error(`there is no ${name} to forbid`);
  object[name] = () => {
    throw new Error(`${name}: this test opens no sockets; test/run.ts would run it with the others if its imports told so`);
  };
}

forbid(net.Socket.prototype, 'connect');
forbid(net.Server.prototype, 'listen');
forbid(dgram, 'createSocket');
syncBuiltinESMExports();
