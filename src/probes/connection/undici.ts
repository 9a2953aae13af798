/** The one part of undici in use, as an ES module of its own: loaded late, it is the same from the sources and from the bundle. */
export { Client } from 'undici';
