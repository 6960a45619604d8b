import { MICROS_PER_HOUR } from '../../model/range.ts';
import type { UsageLine } from './usage-line.ts';

/**
 * The outlets of each client, best first. Those of one step share the provider's id of each request and so were told
 * apart when they were stored: what several of them tell is there once, and they are added. Those of different steps
 * share no id and tell the same usage again: only the best step of a session counts.
 */
const FEED_STEPS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'claude-code': [['events', 'spans', 'transcript'], ['metrics'], ['library']],
  codex: [['transcript'], ['events'], ['metrics'], ['library']],
  'gemini-cli': [['events'], ['transcript'], ['metrics'], ['library']],
  'qwen-code': [['events'], ['transcript'], ['metrics'], ['library']],
  'copilot-cli': [['spans', 'transcript'], ['metrics'], ['library']],
  opencode: [['database'], ['spans'], ['library']],
};
/** For clients not named here. */
const OTHER_STEPS: readonly (readonly string[])[] = [
  ['events'],
  ['spans'],
  ['transcript'],
  ['database'],
  ['metrics'],
  ['library'],
];

/** How far down a client's list a feed stands; the last for one that is not told. */
export function feedStep(client: string, feed: string | undefined): number {
  const steps = FEED_STEPS[client] ?? OTHER_STEPS;
  const found = steps.findIndex((step) => step.includes(feed ?? 'library'));
  return found < 0 ? steps.length : found;
}

/** Lines that count, and lines that tell again what better feeds tell. */
export type ChosenLines = { readonly counted: readonly UsageLine[]; readonly setAside: readonly UsageLine[] };

/** From the first to the last hour of a session, with the step that counts for it. */
type SessionSpan = { readonly step: number; fromMicros: number; toMicros: number };

/** Whether usage with these names, in the hour that begins then, counts. */
export type Chooser = (fields: UsageLine['fields'], hourMicros: number) => boolean;

/**
 * Of each session, the best step of feeds. Usage without a session counts only in hours in which no session of the
 * same client is known from a better feed, nor usage without session from a better one. Usage without a client always
 * counts: nobody else could have told it.
 */
export function feedChooser(lines: readonly UsageLine[], competing: readonly string[]): Chooser {
  const sessions = sessionSpans(lines);
  const byClient = Map.groupBy(sessions.values(), ({ client }) => client);
  const hourly = bestByHour(lines);
  return ({ client, session_id: session, feed }, hourMicros) => {
    if (client === undefined || !competing.includes(client)) return true;
    const step = feedStep(client, feed);
    if (session !== undefined) return step === sessions.get(sessionKey(client, session))?.step;
    return step === hourly.get(hourKey(hourMicros, client)) && !isCovered(hourMicros, step, byClient.get(client) ?? []);
  };
}

/** Clients that were told by feeds of several steps, which may tell the same again. Of all others everything counts. */
export function competingClients(outlets: readonly Pick<UsageLine['fields'], 'client' | 'feed'>[]): string[] {
  const steps = new Map<string, number>();
  const competing = new Set<string>();
  for (const { client, feed } of outlets) {
    if (client === undefined) continue;
    const step = feedStep(client, feed);
    if ((steps.get(client) ?? step) !== step) competing.add(client);
    steps.set(client, step);
  }
  return [...competing];
}

/** The lines that count, and the others. */
export function chooseFeeds(lines: readonly UsageLine[], counts: Chooser): ChosenLines {
  const counted: UsageLine[] = [];
  const setAside: UsageLine[] = [];
  for (const line of lines) (counts(line.fields, line.hourMicros) ? counted : setAside).push(line);
  return { counted, setAside };
}

const sessionKey = (client: string, session: string): string => JSON.stringify([client, session]);
const hourKey = (hourMicros: number, client: string): string => `${hourMicros} ${client}`;

function isCovered(hourMicros: number, step: number, sessions: readonly SessionSpan[]): boolean {
  return sessions.some(
    (session) => session.step < step && session.fromMicros <= hourMicros && hourMicros < session.toMicros,
  );
}

function sessionSpans(lines: readonly UsageLine[]): Map<string, SessionSpan & { readonly client: string }> {
  const spans = new Map<string, SessionSpan & { readonly client: string }>();
  for (const { fields, hourMicros } of lines) {
    const { client, session_id: session, feed } = fields;
    if (client === undefined || session === undefined) continue;
    const key = sessionKey(client, session);
    const step = feedStep(client, feed);
    const known = spans.get(key);
    const end = hourMicros + MICROS_PER_HOUR;
    spans.set(key, {
      client,
      step: Math.min(step, known?.step ?? step),
      fromMicros: Math.min(hourMicros, known?.fromMicros ?? hourMicros),
      toMicros: Math.max(end, known?.toMicros ?? end),
    });
  }
  return spans;
}

/** The best step among usage without a session, by client and hour. */
function bestByHour(lines: readonly UsageLine[]): ReadonlyMap<string, number> {
  const best = new Map<string, number>();
  for (const line of lines) {
    const { client, session_id: session, feed } = line.fields;
    if (client === undefined || session !== undefined) continue;
    const key = hourKey(line.hourMicros, client);
    best.set(key, Math.min(feedStep(client, feed), best.get(key) ?? Number.POSITIVE_INFINITY));
  }
  return best;
}
