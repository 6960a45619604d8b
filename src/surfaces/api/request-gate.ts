import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../model/clock.ts';
import { type ErrorAnswer, errorAnswer } from './api-error.ts';
import type { Access, ApiTokens } from './api-tokens.ts';
import { FailureLimit } from './failure-limit.ts';

/** By which names this server is called, and how. */
export type GateRules = {
  /** Values of the Host header, exactly. */
  readonly hosts: ReadonlySet<string>;
  readonly scheme: 'http' | 'https';
  /** Cookies of one host are shared by all its ports, so that each server needs a name of its own. */
  readonly cookieName: string;
};

/** A request that is let in, and what it may do. `undefined` access: only what is for everybody. */
export type Admission = { readonly access: Access | undefined };

/** A request that is not. */
export type Refusal = ErrorAnswer & { readonly headers?: Readonly<Record<string, string>> };

/** Longer than any address that a dashboard keeps its filters in. */
const MAX_URL_LENGTH = 8_192;
const METHODS = ['GET', 'HEAD', 'POST'];
/** Ways in which a page of somebody else embeds another. */
const EMBEDDED: ReadonlySet<string> = new Set(['iframe', 'frame', 'object', 'embed', 'fencedframe']);

/**
 * Looks at each request before anything else does. A web page cannot choose its `Origin`, and one whose name was made to
 * point here cannot choose `Host`; neither gets to show a token.
 */
export class RequestGate {
  readonly #tokens: ApiTokens;
  readonly #clock: Clock;
  readonly #failures = new FailureLimit();

  constructor(tokens: ApiTokens, clock: Clock) {
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /** Lets a request in, or says why not. */
  admit(request: IncomingMessage, rules: GateRules): Admission | Refusal {
    return refusedForm(request) ?? refusedOrigin(request, rules) ?? this.#identify(request, rules);
  }

  /** What a token that somebody shows allows; too many wrong ones are refused as such. */
  check(shown: string): Access | Refusal {
    const access = this.#tokens.accessOf(shown);
    return access ?? this.#wrong();
  }

  #identify(request: IncomingMessage, { cookieName }: GateRules): Admission | Refusal {
    const { authorization, cookie = '' } = request.headers;
    if (authorization !== undefined) {
      const access = this.check(/^Bearer (\S{1,128})$/i.exec(authorization)?.[1] ?? '');
      return typeof access === 'string' ? allowed(request, access) : access;
    }
    const session = cookieOf(cookie, cookieName);
    const access =
      session === undefined ? undefined : this.#tokens.accessOfSession(session, this.#clock.nowMicros() / 1e6);
    // A cookie comes along by itself, so that a request that changes something must also say that it is from here.
    const isOwnPage = request.headers.origin !== undefined || request.headers['sec-fetch-site'] === 'same-origin';
    if (access !== undefined && request.method === 'POST' && !isOwnPage) {
      return errorAnswer(
        403,
        'FORBIDDEN',
        'The request does not say which page it is from.',
        'Programs send a token: authorization: Bearer …',
      );
    }
    return allowed(request, access);
  }

  #wrong(): Refusal {
    const waitSeconds = this.#failures.count(this.#clock.monotonicMillis());
    if (waitSeconds === undefined) return WRONG_TOKEN;
    const answer = errorAnswer(429, 'TOO_MANY', 'There were too many wrong tokens.', `Wait ${waitSeconds} seconds.`);
    return { ...answer, headers: { 'retry-after': String(waitSeconds) } };
  }
}

const WRONG_TOKEN: Refusal = {
  ...errorAnswer(
    401,
    'UNAUTHORIZED',
    'That token is not one of this server.',
    'The tokens are in api.token and api.read-token in the context folder.',
  ),
  headers: { 'www-authenticate': 'Bearer' },
};

function allowed(request: IncomingMessage, access: Access | undefined): Admission | Refusal {
  if (request.method !== 'POST' || access === 'write') return { access };
  if (access === undefined) return { access };
  return errorAnswer(
    403,
    'FORBIDDEN',
    'This token only reads.',
    'The one that also changes things is in api.token in the context folder.',
  );
}

function refusedForm(request: IncomingMessage): Refusal | undefined {
  const { method = '', url = '' } = request;
  if (!METHODS.includes(method)) {
    return {
      ...errorAnswer(405, 'METHOD_NOT_ALLOWED', 'Only GET, HEAD and POST are taken here.'),
      headers: { allow: METHODS.join(', ') },
    };
  }
  if (url.length > MAX_URL_LENGTH)
    return errorAnswer(414, 'TOO_LARGE', `The address is longer than ${MAX_URL_LENGTH} characters.`);
  // No absolute form, no second slash that would name a host, no backslash that some take for a slash.
  if (!/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(url))
    return errorAnswer(400, 'BAD_REQUEST', 'The address is not understood.');
  if (method === 'POST' && !/^application\/json(?: *; *charset=utf-8)?$/i.test(request.headers['content-type'] ?? '')) {
    return errorAnswer(415, 'WRONG_TYPE', 'The body is not of the content type application/json.');
  }
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') return errorAnswer(415, 'WRONG_TYPE', 'The body is compressed; send it as it is.');
  return undefined;
}

function refusedOrigin(request: IncomingMessage, { hosts, scheme }: GateRules): Refusal | undefined {
  const { origin, 'sec-fetch-site': site, 'sec-fetch-dest': destination = '' } = request.headers;
  if (!hosts.has(onlyHost(request) ?? '')) {
    return errorAnswer(
      403,
      'FORBIDDEN',
      'The Host header does not name this server.',
      'Names that it goes by are in the setting api.names.',
    );
  }
  const isOwnOrigin =
    origin === undefined || (origin.startsWith(`${scheme}://`) && hosts.has(origin.slice(scheme.length + 3)));
  const isOwnSite = site === undefined || site === 'none' || site === 'same-origin';
  if (!isOwnOrigin || !isOwnSite || EMBEDDED.has(destination)) {
    return errorAnswer(
      403,
      'FORBIDDEN',
      'Requests of other pages are not taken.',
      'Open the link that `amicus-metrics up` prints, by hand.',
    );
  }
  return undefined;
}

/** The Host header, where there is exactly one. Node itself keeps the first of several. */
function onlyHost({ rawHeaders, headers }: IncomingMessage): string | undefined {
  const count = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length;
  return count === 1 ? headers.host : undefined;
}

/** The value of a cookie, where it is there once. */
function cookieOf(header: string, name: string): string | undefined {
  const values = header
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`));
  return values.length === 1 ? values[0]?.slice(name.length + 1) : undefined;
}
