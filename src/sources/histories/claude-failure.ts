import type { ApiFailure } from '../../metrics/api-failed.ts';

/** What Claude Code calls the ways in which a request fails, in transcripts and hooks alike. */
const FAILURES: ReadonlyMap<unknown, ApiFailure> = new Map([
  ['rate_limit', 'rate_limited'],
  ['overloaded', 'overloaded'],
  ['authentication_failed', 'authentication'],
  ['oauth_org_not_allowed', 'authentication'],
  ['verification_required', 'authentication'],
  ['cloud_credential_error', 'authentication'],
  ['account_on_hold', 'billing'],
  ['billing_error', 'billing'],
  ['invalid_request', 'invalid_request'],
  ['max_output_tokens', 'invalid_request'],
  ['model_not_found', 'not_found'],
  ['server_error', 'server_error'],
] as const);

/** The class of a failure by the client's word; nothing for a word that says nothing. */
export function claudeFailure(word: unknown): ApiFailure | undefined {
  return FAILURES.get(word);
}
