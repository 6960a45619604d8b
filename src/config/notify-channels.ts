import { ConfigError } from '../model/errors.ts';
import type { AlertRule } from './alert-rules.ts';
import type { ConfigTable } from './config-file.ts';
import { readEntries, Refusal, refuseStrangers, suggested, textIn, wordIn } from './refused-entries.ts';
import { shown } from './strangers.ts';

/** Where notifications go. What is secret stands in variables of the environment, which only these names lead to. */
export type NotifyChannel =
  | { readonly name: string; readonly kind: 'terminal' | 'desktop' }
  | {
      readonly name: string;
      readonly kind: 'webhook' | 'slack' | 'alertmanager';
      /** One of the two. An address that is itself a secret, as Slack's are, stands in a variable. */
      readonly url: string | undefined;
      readonly urlEnv: string | undefined;
      /** Of a webhook the key it is signed with; of an Alertmanager the bearer token. */
      readonly secretEnv: string | undefined;
    };

const MAX_CHANNELS = 50;
const KINDS = ['webhook', 'slack', 'alertmanager', 'terminal', 'desktop'] as const;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** Known without being declared. */
const OWN_CHANNELS: readonly NotifyChannel[] = [
  { name: 'terminal', kind: 'terminal' },
  { name: 'desktop', kind: 'desktop' },
];

/**
 * The channels that a configuration file declares, and the two that need no declaration:
 *
 * ```toml
 * [notify.team]
 * kind = "webhook"
 * url = "https://alerts.example.com/amicus"
 * secret_env = "TEAM_WEBHOOK_SECRET"
 * ```
 */
export function readNotifyChannels(
  declared: unknown,
  path: string,
): { readonly channels: readonly NotifyChannel[]; readonly problems: readonly ConfigError[] } {
  const { entries, problems } = readEntries(declared, path, {
    key: 'notify',
    noun: 'channel',
    hint: 'Declare one like this: [notify.team], then kind = "webhook", url = "https://…", secret_env = "TEAM_WEBHOOK_SECRET".',
    most: MAX_CHANNELS,
    read: channelOf,
  });
  const own = OWN_CHANNELS.filter(({ name }) => !entries.some((entry) => entry.name === name));
  return { channels: [...own, ...entries], problems };
}

function channelOf(name: string, given: ConfigTable): NotifyChannel {
  for (const key of ['secret', 'token', 'password']) {
    if (given[key] !== undefined) {
      throw new Refusal(`has a ${key} in the file; put it into a variable and name that: secret_env = "TEAM_SECRET"`);
    }
  }
  if (given['kind'] === undefined) throw new Refusal(`needs a kind: one of ${KINDS.join(', ')}`);
  const kind = wordIn(given, 'kind', KINDS);
  if (kind === 'terminal' || kind === 'desktop') {
    refuseStrangers(given, ['kind']);
    return { name, kind };
  }
  refuseStrangers(given, kind === 'slack' ? ['kind', 'url', 'url_env'] : ['kind', 'url', 'url_env', 'secret_env']);
  const [url, urlEnv, secretEnv] = [
    textIn(given, 'url'),
    variableIn(given, 'url_env'),
    variableIn(given, 'secret_env'),
  ];
  if ((url === undefined) === (urlEnv === undefined)) throw new Refusal('needs one of url or url_env');
  if (url !== undefined) checkUrl(url);
  if (kind === 'webhook' && secretEnv === undefined) {
    throw new Refusal('needs secret_env, the variable that holds the key its messages are signed with');
  }
  return { name, kind, url, urlEnv, secretEnv };
}

function variableIn(given: ConfigTable, key: string): string | undefined {
  const value = textIn(given, key);
  if (value !== undefined && !VARIABLE.test(value)) {
    // Not shown: it may be the secret itself.
    throw new Refusal(`has a ${key} that is no name of a variable; write the name, such as ${key} = "TEAM_SECRET"`);
  }
  return value;
}

/** @throws Refusal for anything but http and https, and for addresses with a password in them. */
function checkUrl(text: string): void {
  if (!URL.canParse(text))
    throw new Refusal(`has url = ${shown(text)}; it must be an address such as https://example.com/hook`);
  const { protocol, username, password } = new URL(text);
  if (username !== '' || password !== '')
    throw new Refusal('has a password in its url; use url_env or secret_env instead');
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new Refusal(`has url = ${shown(text)}; only http and https are possible`);
}

/** Rules that name channels which there are not; they tell the others. */
export function strangeChannels(
  rules: readonly AlertRule[],
  channels: readonly NotifyChannel[],
  path: string,
): readonly ConfigError[] {
  const known = channels.map(({ name }) => name);
  return rules.flatMap(({ name: rule, notify }) =>
    notify
      .filter((name) => !known.includes(name))
      .map((name) => {
        const message = `The alert rule ${shown(rule)} notifies ${shown(name)}, which is no channel; ${suggested(name, known)} (${path}).`;
        return new ConfigError('BAD_SETTING', message, { hint: 'Declare it: [notify.<name>], then kind = "webhook".' });
      }),
  );
}
