import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Headers by which a receiver knows who sent a body, and that it is this one: Standard Webhooks 1.0, symmetric. */
export type WebhookHeaders = {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
};

/**
 * Signs a body: HMAC-SHA256 over `id.timestamp.body`.
 *
 * @param secret Base64, with or without `whsec_` before it.
 * @returns Nothing when the secret is no base64.
 */
export function signWebhook(secret: string, id: string, atSeconds: number, body: string): WebhookHeaders | undefined {
  const text = secret.trim();
  const encoded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
  if (!BASE64.test(encoded)) return undefined;
  const timestamp = String(Math.floor(atSeconds));
  const mac = createHmac('sha256', Buffer.from(encoded, 'base64')).update(`${id}.${timestamp}.${body}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac.digest('base64')}`,
  };
}
