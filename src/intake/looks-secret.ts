/**
 * A second line behind the schema, for secrets that end up where a name belongs: an agent that calls itself by its
 * API key, a tool named with a token in it. Each pattern is anchored to a literal prefix or a fixed shape and runs in
 * linear time on the short texts that names are. Prefixes are those the issuers publish.
 */
const PATTERNS: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{20,}/, // OpenAI, Anthropic (sk-ant-), OpenRouter, DeepSeek
  /\b(?:gsk_|xai-|pplx-|r8_|fw_)[A-Za-z0-9]{30,}/, // Groq, xAI, Perplexity, Replicate, Fireworks
  /\bhf_[A-Za-z0-9]{30,}/, // Hugging Face
  /\bgh[opsur]_[A-Za-z0-9]{30,}/, // GitHub
  /\bgithub_pat_[A-Za-z0-9_]{30,}/,
  /\bgl(?:pat|ptt|rt|dt|cbt|soat)-[A-Za-z0-9_-]{20,}/, // GitLab
  /\bATATT3[A-Za-z0-9_=-]{40,}/, // Atlassian
  /\b(?:npm_|dckr_pat_|pul-|rubygems_)[A-Za-z0-9_-]{27,}/, // npm, Docker, Pulumi, RubyGems
  /\bpypi-[A-Za-z0-9_-]{40,}/,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/, // Slack
  /\bxapp-\d-[A-Za-z0-9-]{20,}/,
  /hooks\.slack\.com\/services\/[A-Za-z0-9/]{20,}/,
  /\b\d{8,10}:AA[A-Za-z0-9_-]{32,}/, // Telegram
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/, // AWS access key ids
  /\bAIza[A-Za-z0-9_-]{35}/, // Google
  /\bGOCSPX-[A-Za-z0-9_-]{20,}/,
  /\bya29\.[A-Za-z0-9_-]{20,}/,
  /\b(?:AccountKey|SharedAccessKey|sig)=[A-Za-z0-9+/%]{30,}/, // Azure
  /\b(?:dop|doo|dor)_v1_[a-f0-9]{40,}/, // DigitalOcean
  /\bdapi[a-f0-9]{32}/, // Databricks
  /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/, // Shopify
  /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/, // Stripe
  /\bwhsec_[A-Za-z0-9+/=]{24,}/,
  /\bsq0[a-z]{3}-[A-Za-z0-9_-]{22,}/, // Square
  /\bSK[a-f0-9]{32}\b/, // Twilio
  /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/, // SendGrid
  /\bkey-[a-f0-9]{32}\b/, // Mailgun
  /\bhv[sbr]\.[A-Za-z0-9_-]{24,}/, // Vault
  /\b(?:lin_api_|ntn_|sbp_|PMAK-|NRAK-|glsa_|glc_|sntrys_|HRKU-|dp\.pt\.)[A-Za-z0-9_.-]{24,}/,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{40,}/,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/, // JSON Web Token
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY/,
  /\b[Bb](?:earer|asic) [A-Za-z0-9._~+/=-]{16,}/,
  /:\/\/[^\s/:@]{0,64}:[^\s/@]{1,128}@/, // credentials in a URL
  /(?:password|passwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token)["']?\s?[=:]\s?\S{6,}/i,
];

/** True for a text that has the shape of a credential. Knows shapes only: a password without a context passes. */
export function looksSecret(text: string): boolean {
  return text.length >= 12 && PATTERNS.some((pattern) => pattern.test(text));
}
