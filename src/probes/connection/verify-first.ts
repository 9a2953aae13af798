/**
 * TLS 1.2, where a client shows its certificate within the handshake, before Node has judged whom to. The server's own comes in plain text before
 * that: so what arrives is read on its way to OpenSSL, and a certificate that does not verify ends the connection before OpenSSL has seen it. That
 * the certificate is the server's own is what its signature under the key exchange says, which OpenSSL checks by itself before it answers.
 */
import { X509Certificate } from 'node:crypto';
import { Duplex } from 'node:stream';

/** Why a server that sends these certificates is shown nothing. */
export interface Refused {
  code: string;
  detail: string;
}

export type Judge = (chain: X509Certificate[]) => Refused | undefined;

const RECORD_HEAD = 5;
const MESSAGE_HEAD = 4;
const HANDSHAKE = 22;
/** A warning may stand between; what is more ends the handshake, and OpenSSL says how. */
const ALERT = 21;
const WARNING = 1;
const CERTIFICATE = 11;
/** As much as OpenSSL takes of a chain by default (SSL_MAX_CERT_LIST_DEFAULT), and what comes before it. */
const MOST = 128 * 1024;
const UNREADABLE: Refused = { code: 'ERR_TLS_NO_CERTIFICATE', detail: 'the server sent no certificate that can be read' };

/** The same connection, which ends where a certificate is not accepted. */
export function verifyFirst(raw: Duplex, judge: Judge): Duplex {
  let held: Buffer | undefined = Buffer.alloc(0);
  const guarded = new Duplex({
    allowHalfOpen: false,
    read: () => void raw.resume(),
    write: (chunk: Buffer, encoding, done) => void raw.write(chunk, encoding, done),
    final: (done) => void raw.end(done),
    destroy(error, done) {
      raw.destroy();
      done(error);
    },
  });
  const letIn = (bytes: Buffer) => {
    if (!guarded.push(bytes)) raw.pause();
  };
  raw.on('data', (chunk: Buffer) => {
    if (held === undefined) return letIn(chunk);
    held = Buffer.concat([held, chunk]);
    const chain = certificatesIn(held);
    if (chain === 'more' && held.length <= MOST) return;
    const refused = chain === 'ended' ? undefined : Array.isArray(chain) ? judge(chain) : UNREADABLE;
    const bytes = held;
    held = undefined;
    if (refused) guarded.destroy(Object.assign(new Error(refused.detail), { code: refused.code }));
    else letIn(bytes);
  });
  raw.once('end', () => {
    if (held !== undefined) letIn(held);
    guarded.push(null);
  });
  raw.once('close', () => guarded.destroy());
  raw.on('error', (error) => guarded.destroy(error));
  return guarded;
}

/** By the records of RFC 5246: the certificates that the server sends, where all of them are there. */
export function certificatesIn(bytes: Buffer): X509Certificate[] | 'more' | 'none' | 'ended' {
  const messages: Buffer[] = [];
  for (let at = 0; bytes.length >= at + RECORD_HEAD; ) {
    const type = bytes[at];
    if (type !== HANDSHAKE && type !== ALERT) return 'none';
    const end = at + RECORD_HEAD + bytes.readUInt16BE(at + 3);
    if (type === ALERT && end <= bytes.length && bytes[at + RECORD_HEAD] !== WARNING) return 'ended';
    if (type === HANDSHAKE) messages.push(bytes.subarray(at + RECORD_HEAD, end));
    at = end;
  }
  const list = listIn(Buffer.concat(messages));
  return list === undefined ? 'more' : (parsed(list) ?? 'none');
}

/** The body of the Certificate message, without the length before it. */
function listIn(messages: Buffer): Buffer | undefined {
  for (let at = 0; messages.length >= at + MESSAGE_HEAD; ) {
    const end = at + MESSAGE_HEAD + messages.readUIntBE(at + 1, 3);
    if (messages[at] === CERTIFICATE) return messages.length >= end ? messages.subarray(at + MESSAGE_HEAD + 3, end) : undefined;
    at = end;
  }
  return undefined;
}

/** Each with its length before it. */
function parsed(list: Buffer): X509Certificate[] | undefined {
  const found: X509Certificate[] = [];
  try {
    for (let at = 0; at < list.length; ) {
      const end = at + 3 + list.readUIntBE(at, 3);
      found.push(new X509Certificate(list.subarray(at + 3, end)));
      at = end;
    }
  } catch {
    return undefined;
  }
  return found.length > 0 ? found : undefined;
}
