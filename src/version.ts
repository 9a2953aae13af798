import manifest from '../package.json' with { type: 'json' };

// npm allows both forms of `bugs`, whichever stands there now.
const { version, bugs } = manifest as { version: string; bugs?: string | { url?: string } };

/** Of the package; the bundle carries it inside. */
export const VERSION: string = version;

/** Where faults of the program are reported, if the package says so. */
export const BUGS: string | undefined = (typeof bugs === 'object' ? bugs.url : bugs) || undefined;
