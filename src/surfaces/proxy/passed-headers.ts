/** Headers that belong to one connection and not to the message: RFC 9110, 7.6.1. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The headers of a message as the other side gets them: all of them, unknown ones too, in their order and spelling,
 * except those that are about the connection.
 *
 * @param raw Names and values in turn, as Node gives them.
 */
export function passedHeaders(raw: readonly string[], alsoLeftOut: readonly string[] = []): string[] {
  const named = new Set(alsoLeftOut);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() === 'connection') {
      for (const name of (raw[i + 1] ?? '').split(',')) named.add(name.trim().toLowerCase());
    }
  }
  const passed: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]];
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !named.has(lower)) passed.push(name, value);
  }
  return passed;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** True for a host that can only be this machine. Pages of other hosts whose name was turned to this machine fail here. */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK.test(host);
}

/** True when a request comes from no web page, or from one that this machine itself serves. */
export function isLocalOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && isLoopbackHost(new URL(origin).host);
}
