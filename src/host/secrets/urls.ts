/** Who a URL is asked as: its user and password. */
import type { Redactor } from '../redact.js';
import { MIN_FORM } from './forms.js';

/** A proxy URL without its user and password, whatever characters they hold. */
export function urlWithoutCredentials(url: string): string {
  return url.replace(/^([a-z0-9+.-]+:\/\/)?.*@/is, '$1');
}

/** A name for a user that may be said; what has digits in it may be half of a password. */
const PLAIN_USER = /^[a-z][a-z._-]*$/i;

/**
 * Whoever a URL is asked as: its password, its user, and both as they are sent. By the last `@`, not as `new URL` reads it: a password may hold any
 * sign, the scheme may be missing (Go and curl add `http://`), and what does not parse must not be shown either.
 */
export function registerUserInfo(url: string, redactor: Redactor): void {
  const userInfo = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(.*)@[^@]*$/is.exec(url.trim())?.[1] ?? '';
  const colon = userInfo.indexOf(':');
  const user = colon < 0 ? '' : userInfo.slice(0, colon);
  redactor.register(userInfo);
  redactor.register(userInfo.slice(colon + 1));
  if (user.length >= MIN_FORM && !PLAIN_USER.test(user)) redactor.register(user);
}
