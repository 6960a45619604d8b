import type { ChannelRequest } from './channel-request.ts';

/** What became of one attempt. `later`: it is worth another. */
export type Attempt =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'later'; readonly reason: string; readonly waitMillis: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

const TIMEOUT_MILLIS = 10_000;
/** A receiver may ask for patience, but not for ever. */
const MAX_WAIT_MILLIS = 3_600_000;
/** Besides 5xx: the receiver timed out, is too early, or has had too much. */
const TRY_LATER = [408, 425, 429];

/**
 * Posts a message once, to the address of the channel and nowhere else: a redirect is a refusal, since a signed message
 * is meant for one receiver. What the receiver answers is not read.
 */
export async function postJson({ url, headers, body }: ChannelRequest, signal: AbortSignal): Promise<Attempt> {
  const timeout = AbortSignal.timeout(TIMEOUT_MILLIS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'user-agent': 'amicus-metrics' },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([timeout, signal]),
    });
    await response.body?.cancel();
    const { status } = response;
    if (status >= 200 && status < 300) return { kind: 'delivered' };
    const reason = `status_${status}`;
    if (status < 500 && !TRY_LATER.includes(status)) return { kind: 'refused', reason };
    return { kind: 'later', reason, waitMillis: askedWait(response.headers.get('retry-after')) };
  } catch {
    return { kind: 'later', reason: timeout.aborted ? 'timeout' : 'unreachable', waitMillis: undefined };
  }
}

/** Seconds only: dates would need the receiver's clock. */
function askedWait(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Math.min(Number(header) * 1_000, MAX_WAIT_MILLIS) : undefined;
}
