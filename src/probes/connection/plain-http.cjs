/**
 * What the bundles give undici in place of node:http, of which it wants to know one number and one class. Node compiles eight modules for that, its
 * own client and server. No body of ours is an IncomingMessage; the number is Node's default, and how much of a header is read.
 */
module.exports = { IncomingMessage: class IncomingMessage {}, maxHeaderSize: 16384 };
