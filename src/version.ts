import manifest from '../package.json' with { type: 'json' };

// npm allows both forms of `bugs`, whichever stands there now.
const { version, homepage, bugs } = manifest as { version: string; homepage?: string; bugs?: string | { url?: string } };

/** Of the package; the bundle carries it inside. */
export const VERSION: string = version;

/** Where people find more; undefined as long as package.json does not name it. */
export const HOMEPAGE: string | undefined = homepage || undefined;

/** Where faults of the program are reported, if the package says so. */
export const BUGS: string | undefined = (typeof bugs === 'object' ? bugs.url : bugs) || undefined;
