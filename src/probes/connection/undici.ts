/**
 * The one part of undici in use, as an ES module of its own: loaded late, it is the same from the sources and from the bundle. Its whole, with fetch,
 * caches and mocks, takes four times as long to load, and Node's own copy of fetch with it.
 */

import type { Client as WholeClient } from 'undici';
// @ts-expect-error undici has types for its whole alone
import request from 'undici/lib/api/api-request.js';
// @ts-expect-error undici has types for its whole alone
import PlainClient from 'undici/lib/dispatcher/client.js';
import { compileQuickly } from '../../host/engine.js';

// Its HTTP parser is WebAssembly. Optimized, that costs as much time and memory as Node's whole start.
compileQuickly();

// As undici/index.js does it.
Object.assign(PlainClient.prototype, { request });

export const Client: typeof WholeClient = PlainClient;
