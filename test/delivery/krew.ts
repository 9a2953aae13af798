/** The kubectl plugin for krew: archives, a manifest made from them, and krew's own rules for manifests. Krew names the command by the manifest. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { licencesFor } from './notices.js';
import { gzip, PACKAGE, sha256, tar } from './tools.js';

export interface KrewSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface KrewPlatform {
  uri: string;
  sha256: string;
  bin: string;
  files?: { from: string; to: string }[];
  selector: KrewSelector;
}

export interface KrewManifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: { version: string; homepage: string; shortDescription: string; description: string; caveats: string; platforms: KrewPlatform[] };
}

/** What is packed for whom: the executable where there is one, elsewhere the one file, whose first line names Node. */
const FLAVOURS: readonly { flavour: string; bin: string; selectors: readonly KrewSelector[] }[] = [
  { flavour: 'linux-amd64', bin: 'kubelet-doctor', selectors: [{ matchLabels: { os: 'linux', arch: 'amd64' } }] },
  {
    flavour: 'node',
    bin: 'kubelet-doctor.mjs',
    selectors: [{ matchLabels: { os: 'linux', arch: 'arm64' } }, { matchLabels: { os: 'darwin' } }],
  },
];

/** Writes the archives and the manifest into `folder`; `programs` says where each flavour's program is. */
export function writeKrew(folder: string, base: string, homepage: string, programs: Record<string, string>): KrewManifest {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const platforms = FLAVOURS.flatMap(({ flavour, bin, selectors }) => {
    const program = programs[flavour];
    if (!program) throw new Error(`no program for ${flavour}`);
    const archive = `${PACKAGE.name}-v${PACKAGE.version}-${flavour}.tar.gz`;
    const content = packed(bin, program);
    writeFileSync(path.join(folder, archive), content);
    return selectors.map((selector) => ({ uri: `${base.replace(/\/$/, '')}/${archive}`, sha256: sha256(content), bin, selector }));
  });
  const manifest = manifestOf(platforms, homepage);
  writeFileSync(path.join(folder, `${PACKAGE.name}.yaml`), stringify(manifest, { lineWidth: 0 }));
  return manifest;
}

function packed(bin: string, program: string): Buffer {
  const scratch = mkdtempSync(path.join(tmpdir(), 'kd-krew-'));
  try {
    copyFileSync(program, path.join(scratch, bin));
    const licences = licencesFor(program);
    for (const file of licences) copyFileSync(file, path.join(scratch, path.basename(file)));
    return gzip(tar(scratch, [...licences.map((file) => path.basename(file)), bin]));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function manifestOf(platforms: KrewPlatform[], homepage: string): KrewManifest {
  return {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: PACKAGE.name },
    spec: {
      version: `v${PACKAGE.version}`,
      homepage,
      shortDescription: 'Say why an agent cannot talk to its kubelet, and the fix',
      description: [
        'Asks kubelet and apiserver layer by layer (proxy, DNS, TCP, TLS,',
        'authentication, permission, payload) and names the root cause first,',
        'then what exactly fixes it. It changes nothing.',
        '',
      ].join('\n'),
      caveats: 'On linux/amd64 nothing else is needed. Elsewhere it needs Node 20.19 or newer.\n',
      platforms,
    },
  };
}
