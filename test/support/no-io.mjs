/** For `--import`: from here on no socket opens, no name is resolved, nothing is run and nothing is written. What is tried is shown and ends the process. */
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';
import workers from 'node:worker_threads';

function forbid(object, names, what) {
  for (const name of names) {
    if (!(name in object)) throw new Error(`there is no ${what}.${name} to forbid`);
    object[name] = () => {
      fs.writeSync(2, `FORBIDDEN ${what}.${name}\n`);
      process.exit(99);
    };
  }
}

const lookups = ['lookup', 'resolve', 'resolve4', 'resolve6', 'reverse'];
forbid(net.Socket.prototype, ['connect'], 'net.Socket');
forbid(net.Server.prototype, ['listen'], 'net.Server');
forbid(net, ['connect', 'createConnection', 'createServer'], 'net');
forbid(tls, ['connect'], 'tls');
forbid(dgram, ['createSocket'], 'dgram');
forbid(dns, lookups, 'dns');
forbid(dns.promises, lookups, 'dns.promises');
forbid(childProcess, ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'], 'child_process');
forbid(childProcess.ChildProcess.prototype, ['spawn'], 'ChildProcess');
forbid(workers, ['Worker'], 'worker_threads');
forbid(fs, ['writeFile', 'writeFileSync', 'mkdir', 'mkdirSync', 'rename', 'renameSync', 'createWriteStream', 'symlink', 'link'], 'fs');
forbid(fs.promises, ['writeFile', 'mkdir', 'rename', 'link', 'symlink', 'rm', 'unlink', 'mkdtemp', 'appendFile', 'copyFile'], 'fs.promises');
syncBuiltinESMExports();
