/** What became of one push. `later`: it is worth another attempt soon. */
export type PushAttempt =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'later'; readonly reason: string; readonly waitMillis: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

const TIMEOUT_MILLIS = 10_000;
/** A collector may ask for patience, but not for ever. */
const MAX_WAIT_MILLIS = 3_600_000;
/** The protocol's own list of answers after which to try again. */
const TRY_LATER = [429, 502, 503, 504];

/**
 * Posts a compressed request once, to that address and nowhere else: headers with keys are meant for one collector. What
 * it answers is not read.
 */
export async function postMetrics(
  { url, headers }: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  body: Buffer,
  signal: AbortSignal,
): Promise<PushAttempt> {
  const timeout = AbortSignal.timeout(TIMEOUT_MILLIS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'user-agent': 'amicus-metrics',
        ...headers,
        'content-type': 'application/x-protobuf',
        'content-encoding': 'gzip',
      },
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.any([timeout, signal]),
    });
    await response.body?.cancel();
    const { status } = response;
    if (status >= 200 && status < 300) return { kind: 'delivered' };
    const reason = `it answered ${status}`;
    if (!TRY_LATER.includes(status)) return { kind: 'refused', reason };
    const asked = response.headers.get('retry-after');
    const waitMillis = asked !== null && /^\d{1,6}$/.test(asked) ? Number(asked) * 1_000 : undefined;
    return {
      kind: 'later',
      reason,
      waitMillis: waitMillis === undefined ? undefined : Math.min(waitMillis, MAX_WAIT_MILLIS),
    };
  } catch {
    const reason = timeout.aborted ? 'it did not answer in time' : 'it cannot be reached';
    return { kind: 'later', reason, waitMillis: undefined };
  }
}
