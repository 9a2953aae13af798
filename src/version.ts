import manifest from '../package.json' with { type: 'json' };

/** Of the package; the bundle carries it inside. */
export const VERSION: string = manifest.version;
