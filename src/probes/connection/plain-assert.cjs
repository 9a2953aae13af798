/**
 * What the bundles give undici in place of node:assert. A server can make its assertions fail (a status below 100), and Node words an AssertionError by
 * parsing the file it came from: of a bundle, one line of 700 kB, that is 5 s in which no timer runs. The error's code is Node's.
 */
module.exports = function assert(value, message) {
  if (!value) throw Object.assign(new Error(message ?? 'an assertion does not hold'), { code: 'ERR_ASSERTION' });
};
