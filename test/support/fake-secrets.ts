/**
 * Credentials that nobody ever had, each in the form that its issuer publishes. They are put together when a test runs,
 * so that no file of this repository holds one.
 *
 * @param mark Stands in each of them, so that a search finds what leaked. Only digits and upper-case letters A to F, so
 *   that it fits every alphabet.
 */
export function fakeSecrets(mark: string): Readonly<Record<string, string>> {
  const upper = (length: number): string => mark.padEnd(length, 'FAKE0');
  const mixed = (length: number): string => mark.padEnd(length, 'Fake0x');
  const hex = (length: number): string => mark.toLowerCase().padEnd(length, 'fa4e0');
  const join = (...parts: readonly string[]): string => parts.join('');
  return {
    anthropic: join('sk', '-ant-', mixed(40)),
    openai: join('sk', '-proj-', mixed(40)),
    openrouter: join('sk', '-or-v1-', hex(48)),
    groq: join('gs', 'k_', mixed(48)),
    huggingface: join('h', 'f_', mixed(34)),
    github: join('gh', 'p_', mixed(36)),
    githubFineGrained: join('github', '_pat_', mixed(60)),
    gitlab: join('gl', 'pat-', mixed(20)),
    npm: join('np', 'm_', mixed(36)),
    pypi: join('py', 'pi-', mixed(60)),
    slack: join('xo', 'xb-', '123456789012-', mixed(24)),
    slackHook: join('https://hooks.', 'slack.com/services/T0000/B0000/', mixed(24)),
    telegram: join('123456789', ':AA', mixed(33)),
    aws: join('AK', 'IA', upper(16)),
    google: join('AI', 'za', mixed(35)),
    googleOauth: join('ya', '29.', mixed(40)),
    azure: join('Account', 'Key=', mixed(44)),
    digitalocean: join('dop', '_v1_', hex(64)),
    databricks: join('da', 'pi', hex(32)),
    shopify: join('shp', 'at_', hex(32)),
    stripe: join('sk', '_live_', mixed(24)),
    sendgrid: join('S', 'G.', mixed(22), '.', mixed(43)),
    twilio: join('S', 'K', hex(32)),
    mailgun: join('ke', 'y-', hex(32)),
    vault: join('hv', 's.', mixed(30)),
    jwt: join('ey', 'J', mixed(20), '.', 'ey', 'J', mixed(20), '.', mixed(30)),
    pem: join('-----BEGIN RSA ', 'PRIVATE KEY----- ', mixed(40)),
    bearer: join('Bear', 'er ', mixed(30)),
    url: join('postgres://admin', ':', mixed(20), '@db.example/prod'),
    urlWithoutUser: join('redis://', ':', mixed(20), '@cache.example'),
    password: join('pass', 'word=', mixed(12)),
    assignment: join('API', '_KEY: ', mixed(16)),
    quoted: join('{"client_', 'secret": "', mixed(16), '"}'),
  };
}
