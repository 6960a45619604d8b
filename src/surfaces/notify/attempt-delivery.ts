import type { NotifyChannel } from '../../config/index.ts';
import type { AlertMessage } from './alert-message.ts';
import { toChannelRequest } from './channel-request.ts';
import { showNotice } from './desktop-notice.ts';
import { type Attempt, postJson } from './post-json.ts';

/** Tells one channel once. Never throws. Terminals are written to where they are, and not here. */
export async function attemptDelivery(
  channel: NotifyChannel,
  message: AlertMessage,
  world: {
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly nowMicros: number;
    readonly signal: AbortSignal;
  },
): Promise<Attempt> {
  try {
    if (!('url' in channel)) return await showNotice(message, world.environment, world.signal);
    const request = toChannelRequest(channel, message, world.environment, world.nowMicros);
    return request === undefined
      ? { kind: 'refused', reason: 'not_configured' }
      : await postJson(request, world.signal);
  } catch {
    return { kind: 'refused', reason: 'failed' };
  }
}
