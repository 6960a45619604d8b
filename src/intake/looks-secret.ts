/**
 * A second line behind the schema, for secrets that end up where a name belongs: an agent that calls itself by its
 * API key, a tool named with a token in it. Each pattern is anchored to a literal prefix or a fixed shape and runs in
 * linear time. Prefixes are those the issuers publish.
 */
const PATTERNS: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{20,}/, // OpenAI, Anthropic (sk-ant-), OpenRouter, DeepSeek
  /\bgh[opsur]_[A-Za-z0-9]{30,}/, // GitHub
  /\bgithub_pat_[A-Za-z0-9_]{30,}/,
  /\bglpat-[A-Za-z0-9_-]{20,}/, // GitLab
  /\bnpm_[A-Za-z0-9]{30,}/,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/, // Slack
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/, // AWS access key ids
  /\bAIza[A-Za-z0-9_-]{35}/, // Google
  /\bya29\.[A-Za-z0-9_-]{20,}/,
  /\bhf_[A-Za-z0-9]{30,}/, // Hugging Face
  /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/, // Stripe
  /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/, // SendGrid
  /\bdop_v1_[a-f0-9]{40,}/, // DigitalOcean
  /\bpypi-[A-Za-z0-9_-]{40,}/,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/, // JSON Web Token
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
  /\b[Bb]earer [A-Za-z0-9._~+/-]{16,}/,
  /:\/\/[^\s/:@]{1,64}:[^\s/@]{1,128}@/, // credentials in a URL
  /\b(?:password|passwd|secret|api[_-]?key|access[_-]?token)\s?[=:]\s?\S{6,}/i,
];

/** True for a text that has the shape of a credential. Knows shapes only: a password without a context passes. */
export function looksSecret(text: string): boolean {
  return text.length >= 12 && PATTERNS.some((pattern) => pattern.test(text));
}
