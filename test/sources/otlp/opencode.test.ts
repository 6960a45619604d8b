import { describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { OtlpTranslator } from '../../../src/sources/otlp/otlp-translator.ts';
import { type ClientSample, sampleBytes } from '../../support/client-samples.ts';
import { openOtlpStore } from '../../support/otlp-store.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SAMPLE: ClientSample = { client: 'opencode', file: 'otlp-traces', signal: 'traces' };

type Push = { resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[] };

/** The recorded push, as far as its spans have such names. */
function pushOf(isKept: (name: string) => boolean): Buffer {
  const push = JSON.parse(sampleBytes(SAMPLE, 'json').toString()) as Push;
  for (const { scopeSpans } of push.resourceSpans) {
    for (const scope of scopeSpans) scope.spans = scope.spans.filter(({ name }) => isKept(name));
  }
  return Buffer.from(JSON.stringify(push));
}

async function received(...pushes: readonly Buffer[]) {
  const { translator, collector } = openOtlpStore();
  for (const bytes of pushes) translator.receive({ signal: 'traces', encoding: 'json', bytes, node: undefined });
  translator.release();
  const { events: calls } = await collector.query({ metric: 'tool.called' });
  const { events: sessions } = await collector.query({ metric: 'session.started' });
  await collector.close();
  return { calls, sessions };
}

const namesOf = ({ calls }: Awaited<ReturnType<typeof received>>) =>
  calls.map(({ data }) => `${String(data['tool'])} ${String(data['outcome'])}`).toSorted();

const CALLS = ['everything_echo error', 'everything_echo success'];

describe('spans of OpenCode', () => {
  it('tell each call of a tool once, with the spans of the AI SDK and without', async () => {
    expect(namesOf(await received(pushOf(() => true)))).toEqual(CALLS);
    expect(namesOf(await received(pushOf((name) => !name.startsWith('ai.'))))).toEqual(CALLS);
    expect(namesOf(await received(pushOf((name) => name !== 'Tool.execute')))).toEqual(CALLS);
  });

  it('tell whose session it is, and for which task', async () => {
    const { sessions } = await received(pushOf((name) => !name.startsWith('ai.')));
    expect(sessions).toMatchObject([
      {
        node_id: 'Node-X9J2',
        data: { client: 'opencode', task_id: 'task-7', session_id: 'ses_a0000091ffeDemoSession01' },
      },
    ]);
  });

  it('tell a session once while it waits for the database, however many of its spans come', () => {
    const told: string[] = [];
    const time = new ManualTime();
    const emit = ({ metric }: IncomingEvent): void => void told.push(metric);
    const translator = new OtlpTranslator(temporaryFolder(), { clock: time, timers: time, emit, notice: () => {} });
    const bytes = pushOf((name) => name === 'ai.streamText.doStream');
    translator.receive({ signal: 'traces', encoding: 'json', bytes, node: undefined });
    expect(told).toEqual(Array(3).fill('tokens.consumed'));
    time.pass(15_000);
    expect(told).toEqual([...Array(3).fill('tokens.consumed'), 'session.started']);
  });
});
