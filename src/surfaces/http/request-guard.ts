import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is not even looked at. */
export type Refusal = { readonly status: 401 | 403; readonly problem: string };

/** Who may ask: names by which this receiver is called, and the token that must be shown, if any. */
export type GuardRules = {
  /** Values of the Host header, exactly. Undefined where a token is what guards. */
  readonly hosts: ReadonlySet<string> | undefined;
  readonly token: string | undefined;
};

/** Addresses of this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** The names of a loopback receiver. */
export function loopbackHosts(host: string, port: number): ReadonlySet<string> {
  const own = host.includes(':') ? `[${host}]` : host;
  return new Set([own, '127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`));
}

/**
 * Refuses what no telemetry exporter sends: requests of web pages, whoever they say they are. A page cannot leave out
 * `Origin`, and one whose name was made to point here cannot choose `Host`.
 *
 * @param takesOwnOrigin An origin that is this receiver itself is no stranger: some clients of MCP send it.
 */
export function refusalOf(
  request: IncomingMessage,
  { hosts, token }: GuardRules,
  takesOwnOrigin = false,
): Refusal | undefined {
  if (hosts !== undefined && !hosts.has(onlyHost(request) ?? '')) {
    return { status: 403, problem: 'The Host header does not name this receiver.' };
  }
  const { origin, 'sec-fetch-site': site } = request.headers;
  const isOwn = takesOwnOrigin && origin !== undefined && hosts?.has(origin.replace(/^http:\/\//, '')) === true;
  const isStrangeSite = site !== undefined && site !== 'none' && !(isOwn && site === 'same-origin');
  if ((origin !== undefined && !isOwn) || isStrangeSite) {
    return { status: 403, problem: 'Requests of web pages are not taken.' };
  }
  if (token !== undefined && !showsToken(request, token)) {
    return { status: 401, problem: 'The token is missing or another one.' };
  }
  return undefined;
}

/** The Host header, where there is exactly one. Node itself keeps the first of several. */
function onlyHost({ rawHeaders, headers }: IncomingMessage): string | undefined {
  const count = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length;
  return count === 1 ? headers.host : undefined;
}

/** `x-amicus-token: <token>` or `authorization: Bearer <token>`; some exporters send the space as `%20`. */
function showsToken({ headers }: IncomingMessage, token: string): boolean {
  const own = headers['x-amicus-token'];
  const bearer = /^Bearer(?: |%20)(.+)$/i.exec(headers.authorization ?? '')?.[1];
  const shown = typeof own === 'string' ? own : bearer;
  // Of digests, so that neither length nor place of a difference shows in the time it takes.
  return shown !== undefined && timingSafeEqual(digest(shown), digest(token));
}

const digest = (value: string): Buffer => hash('sha256', value, 'buffer');
