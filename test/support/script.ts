/** The script of `kubelet-doctor script` in a world of the simulator, by a real shell with real curl and openssl. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { scriptText } from '../../src/live/script/text.js';
import type { RunningWorld } from '../../src/sim/start.js';

export const hasProgram = (name: string, ...args: string[]): boolean => spawnSync(name, args, { stdio: 'ignore' }).error === undefined;

/**
 * A world's names are in no file that the system's resolver reads, and its DNS has a port of its own: these stand before the real programs, and
 * change the address alone.
 */
const GETENT = `#!${process.execPath}
const { promises } = require('node:dns');
const resolver = new promises.Resolver({ timeout: 2500, tries: 2 });
resolver.setServers([process.env.SIM_DNS]);
const name = process.argv[3];
const lines = require('node:fs').readFileSync(process.env.SIM_ROOT + '/etc/hosts', 'utf8').split('\\n').map((line) => line.split(/\\s+/));
const listed = lines.find((words) => words.slice(1).includes(name));
(async () => {
  if (listed) return console.log(listed[0] + ' STREAM ' + name);
  for (const search of ['datadog.svc.cluster.local', 'svc.cluster.local', 'cluster.local', '']) {
    try {
      return (await resolver.resolve4(search ? name + '.' + search : name)).forEach((address) => console.log(address + ' STREAM ' + name));
    } catch (error) {
      if (error.code !== 'ENOTFOUND') break;
    }
  }
  process.exitCode = 2;
})();
`;
const CURL = `#!/bin/sh
shift
found=''
while read -r ip names; do
  for name in $names; do case $name in *.sim) for port in $SIM_PORTS; do found="$found --resolve $name:$port:$ip"; done ;; esac; done
done < "$SIM_ROOT/etc/hosts"
exec "$SIM_CURL" -q $found "$@"
`;
const OPENSSL = `#!/bin/sh
for word do
  shift
  case $word in *.sim:*) case " $* " in *" -proxy "*) ;; *)
    ip=$(sed -n "s/^\\([0-9.]*\\)[[:space:]].*$(echo "$word" | cut -d: -f1).*/\\1/p" "$SIM_ROOT/etc/hosts" | head -n 1)
    [ -n "$ip" ] && word=$ip:$(echo "$word" | cut -d: -f2) ;;
  esac ;; esac
  set -- "$@" "$word"
done
exec "$SIM_OPENSSL" "$@"
`;

interface Ways {
  /** Default `sh`. */
  shell?: readonly string[];
  /** A program that is not there. */
  without?: string;
  /** Every program but these three is busybox's, as in an image of Alpine. */
  applets?: boolean;
  /** More variables. */
  env?: Record<string, string>;
}

/** What it prints; what it says on stderr is an error of ours. */
export async function runScript(world: RunningWorld, { shell = ['sh'], without, applets, env: more }: Ways = {}): Promise<string> {
  const directory = mkdtempSync(path.join(tmpdir(), 'kubelet-doctor-script-'));
  try {
    if (applets) spawnSync('busybox', ['--install', '-s', directory]);
    for (const [name, text] of Object.entries({ getent: GETENT, curl: CURL, openssl: OPENSSL })) {
      rmSync(path.join(directory, name), { force: true });
      writeFileSync(path.join(directory, name), text);
      chmodSync(path.join(directory, name), 0o755);
    }
    const { root, env, dnsPort, hostName } = world.host;
    const [, nameserver] = /^nameserver (\S+)/m.exec(readFileSync(path.join(root, 'etc/resolv.conf'), 'utf8')) ?? [];
    const ports = [
      env.KUBERNETES_SERVICE_PORT,
      env.DD_KUBERNETES_HTTPS_KUBELET_PORT,
      ...Object.values(world.addresses.kubelets).map(({ port }) => port),
    ];
    const child = spawn(where(shell[0] ?? 'sh'), shell.slice(1), {
      env: {
        ...env,
        ...more,
        PATH: `${directory}:/usr/local/bin:/usr/bin:/bin`,
        SIM_CURL: where('curl'),
        SIM_OPENSSL: where('openssl'),
        SIM_DNS: `${nameserver}:${dnsPort}`,
        SIM_ROOT: root,
        SIM_PORTS: [...new Set(ports)].join(' '),
      },
    });
    child.stdin.end(
      scriptText('0.0.0')
        .replace("R=''", `R='${root}'`)
        .replace('have() {', without ? `have() { [ "$1" != ${without} ] || return 1;` : 'have() {'),
    );
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      err += chunk;
    });
    await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
    if (err) throw new Error(err);
    return out.replace(/^@@ host\n.*\n/m, `@@ host\n|${hostName}\n`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function where(program: string): string {
  return spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
}
