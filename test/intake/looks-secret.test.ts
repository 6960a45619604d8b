import { describe, expect, it } from 'vitest';
import { looksSecret } from '../../src/intake/looks-secret.ts';
import { fakeSecrets } from '../support/fake-secrets.ts';
import { cpuMillisOf } from '../support/cpu-millis.ts';

describe('the secret detector behind the schema', () => {
  it.each(Object.entries(fakeSecrets('C0FFEE')))('knows the form of %s', (_issuer, secret) => {
    expect(looksSecret(secret)).toBe(true);
    expect(looksSecret(`tool ${secret} `)).toBe(true);
    expect(looksSecret(`Node-7/${secret}`)).toBe(true);
  });

  it.each([
    'input_tokens',
    'cached_tokens',
    'cache_key_hits',
    'secret_scanner',
    'password-reset',
    'api-key-rotation',
    'claude-opus-4-5-20251101',
    'gpt-5.1-codex-max',
    'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'task-123e4567-e89b-12d3-a456-426614174000',
    '123e4567-e89b-12d3-a456-426614174000',
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'req_011CSHoEeqs5C35K2UUqR7Fy',
    'msg_01XFDUDYJgAACzvnptvVoYEL',
    'mcp__github__create_pull_request',
    'src/auth/token-store.ts',
    'packages/secret/index.test.ts',
    'https://example.org:8443/path',
    'risk-assessment-and-mitigation-planning',
    'task-disk-usage-of-the-build-machine',
    'Node-X9J2',
    '2026-11-24T12:00:00.000Z',
    'feature/sk-locale-slovak',
    'basic auth for the admin page',
    'node@host:/var/tmp',
  ])('lets %s pass', (name) => {
    expect(looksSecret(name)).toBe(false);
  });

  it('answers within a millisecond on the longest names, however they are made', () => {
    const worst = ['eyJ', 'a.', '-----BEGIN ', 'sk-', '://a:', 'password ', '1234567890:AA', 'SG.', '='].map((part) =>
      part.repeat(256).slice(0, 256),
    );
    for (const text of worst) looksSecret(text);
    const millis = cpuMillisOf(() => {
      for (let i = 0; i < 100; i++) for (const text of worst) looksSecret(text);
    });
    expect(millis / (100 * worst.length)).toBeLessThan(1);
  });
});
