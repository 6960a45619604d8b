import type { AlertLevel } from '../../analysis/alerts/alert-rule.ts';
import type { NotifyChannel } from '../../config/index.ts';
import type { AlertMessage } from './alert-message.ts';
import { signWebhook } from './sign-webhook.ts';

export type RemoteChannel = Extract<NotifyChannel, { readonly kind: 'webhook' | 'slack' | 'alertmanager' }>;

/** A message as one channel takes it. */
export type ChannelRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Alertmanager ends by itself what is not told again for so long: what fires is told again well within this. */
const ALERTMANAGER_TTL_MICROS = 600_000_000;
const SEVERITIES: Readonly<Record<AlertLevel, string>> = {
  ok: 'none',
  warn: 'warning',
  critical: 'critical',
  no_data: 'warning',
};

/**
 * What to send where. Secrets and secret addresses are looked up in the environment now, so that they are nowhere else.
 *
 * @returns Nothing when a variable is missing, or holds something that cannot be used.
 */
export function toChannelRequest(
  channel: RemoteChannel,
  message: AlertMessage,
  environment: Environment,
  nowMicros: number,
): ChannelRequest | undefined {
  const url = addressOf(channel, environment);
  const secret = channel.secretEnv === undefined ? undefined : environment[channel.secretEnv];
  if (url === undefined || (channel.secretEnv !== undefined && (secret ?? '') === '')) return undefined;
  const json = { 'content-type': 'application/json' };
  switch (channel.kind) {
    case 'slack':
      return { url: url.href, headers: json, body: JSON.stringify({ text: slackText(message.summary) }) };
    case 'alertmanager': {
      const headers = secret === undefined ? json : { ...json, authorization: `Bearer ${secret}` };
      return { url: alertsUrl(url), headers, body: JSON.stringify(toAlerts(message, nowMicros)) };
    }
    case 'webhook': {
      const body = JSON.stringify(toWebhookBody(message));
      const signed = signWebhook(secret ?? '', message.id, nowMicros / 1e6, body);
      return signed === undefined ? undefined : { url: url.href, headers: { ...json, ...signed }, body };
    }
  }
}

function addressOf({ url, urlEnv }: RemoteChannel, environment: Environment): URL | undefined {
  const text = url ?? (urlEnv === undefined ? undefined : environment[urlEnv]);
  if (text === undefined || !URL.canParse(text)) return undefined;
  const address = new URL(text);
  return address.protocol === 'https:' || address.protocol === 'http:' ? address : undefined;
}

/** The address of the Alertmanager itself will do. */
function alertsUrl(url: URL): string {
  if (url.pathname.endsWith('/api/v2/alerts')) return url.href;
  const own = new URL(url);
  own.pathname = `${url.pathname.replace(/\/$/, '')}/api/v2/alerts`;
  return own.href;
}

const iso = (atMicros: number): string => new Date(atMicros / 1_000).toISOString();

function toWebhookBody({ id, rule, group, level, was, value, atMicros, sinceMicros, summary }: AlertMessage) {
  const measured =
    rule.kind === 'finding'
      ? { finding: rule.finding }
      : {
          metric: rule.metric,
          aggregation: rule.aggregation,
          window_seconds: rule.windowMicros / 1e6,
          group_by: rule.groupBy,
          direction: rule.direction,
          warn: rule.warn,
          critical: rule.critical,
        };
  return {
    type: 'alert.changed',
    timestamp: iso(atMicros),
    data: {
      id,
      rule: rule.name,
      group,
      status: level === 'ok' ? 'resolved' : 'firing',
      level,
      was,
      since: iso(sinceMicros),
      value,
      ...measured,
      summary,
    },
  };
}

/** What Slack would read as markup or a mention is written so that it is shown. */
const slackText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Labels tell alerts apart, so one that changes its severity is the end of one alert and the beginning of another. */
function toAlerts({ rule, group, level, was, value, atMicros, sinceMicros, summary }: AlertMessage, nowMicros: number) {
  const alert = (severity: AlertLevel, startsAt: number, endsAt: number) => ({
    labels: {
      alertname: rule.name,
      severity: SEVERITIES[severity],
      source: 'amicus-metrics',
      ...(group === undefined ? {} : { group }),
    },
    annotations: { summary, ...(value === undefined ? {} : { value: String(value) }) },
    startsAt: iso(startsAt),
    endsAt: iso(endsAt),
  });
  const ended = was === 'ok' || SEVERITIES[was] === SEVERITIES[level] ? [] : [alert(was, sinceMicros, atMicros)];
  return level === 'ok' ? ended : [...ended, alert(level, atMicros, nowMicros + ALERTMANAGER_TTL_MICROS)];
}
