/**
 * What krew refuses in a manifest (kubernetes-sigs/krew, internal/index/validation and cmd/validate-krew-manifest, and its naming guide), as a list of
 * complaints.
 */
import type { KrewManifest, KrewPlatform, KrewSelector } from './krew.js';

/** The pairs krew is built for. */
const PLATFORMS = ['windows/386', 'windows/amd64', 'linux/386', 'linux/amd64', 'linux/arm', 'linux/arm64', 'darwin/amd64', 'darwin/arm64'];
/** semver.org, with the `v` that krew asks for. */
const VERSION = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

export function complaintsOf(fileName: string, { apiVersion, kind, metadata, spec }: KrewManifest): string[] {
  const { name } = metadata;
  const { version, shortDescription, description, caveats, platforms } = spec;
  const found: [boolean, string][] = [
    [apiVersion !== 'krew.googlecontainertools.github.com/v1alpha2', `apiVersion ${apiVersion}`],
    [kind !== 'Plugin', `kind ${kind}`],
    [!/^[\w-]+$/.test(name), `name ${name}`],
    [/^kube(ctl)?-/.test(name) || !/^[a-z][a-z0-9-]*$/.test(name), `naming guide: ${name}`],
    [fileName !== `${name}.yaml`, `the file of ${name} is called ${fileName}`],
    [!VERSION.test(version), `version ${version}`],
    [!shortDescription || /[\r\n]/.test(shortDescription), 'shortDescription is empty or has line breaks'],
    [tooLong(shortDescription, 70), 'shortDescription is longer than 70'],
    [tooLong(description, 80) || tooLong(caveats, 80), 'a line is longer than 80'],
    [platforms.length === 0, 'no platform'],
  ];
  for (const pair of PLATFORMS) {
    const matching = platforms.filter(({ selector }) => matches(selector, pair));
    found.push([matching.length > 1, `${matching.length} platforms for ${pair}`]);
  }
  return [...found.flatMap(([wrong, what]) => (wrong ? [what] : [])), ...platforms.flatMap(complaintsOfPlatform)];
}

function complaintsOfPlatform({ uri, sha256, bin, files, selector }: KrewPlatform): string[] {
  const keys = [...Object.keys(selector?.matchLabels ?? {}), ...(selector?.matchExpressions ?? []).map(({ key }) => key)];
  const found: [boolean, string][] = [
    [!uri || !URL.canParse(uri), `uri ${uri}`],
    [!/^[a-f0-9]{64}$/.test(sha256), `sha256 ${sha256}`],
    [!bin || bin.startsWith('/') || bin.split('/').includes('..'), `bin ${bin}`],
    [files !== undefined && (files.length === 0 || files.some(({ from, to }) => !from || !to)), 'files'],
    [keys.length === 0 || keys.some((key) => key !== 'os' && key !== 'arch'), `selector keys ${keys.join(', ')}`],
    [!PLATFORMS.some((pair) => matches(selector, pair)), 'selector matches no platform'],
  ];
  return found.flatMap(([wrong, what]) => (wrong ? [what] : []));
}

/** metav1.LabelSelector, on the labels os and arch. */
export function matches({ matchLabels = {}, matchExpressions = [] }: KrewSelector, pair: string): boolean {
  const [os = '', arch = ''] = pair.split('/');
  const labels: Record<string, string> = { os, arch };
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator === 'In') return values.includes(labels[key] ?? '');
      return operator === 'NotIn' ? !values.includes(labels[key] ?? '') : operator === 'Exists';
    })
  );
}

/** A line of one word may be as long as it is. */
function tooLong(text: string, limit: number): boolean {
  return text.split('\n').some((line) => line.length > limit && line.trim().includes(' '));
}
