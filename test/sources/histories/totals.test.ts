import { appendFileSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { HISTORIES } from '../../../src/sources/histories/index.ts';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { ReadMarks } from '../../../src/sources/histories/read-marks.ts';
import { Reading } from '../../../src/sources/histories/reading.ts';
import { layOutHistory, SAMPLED_CLIENTS, type SampledClient } from '../../support/client-homes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Long after every sample was written. */
const LATER_MILLIS = Date.now() + 3_600_000;

type Totals = Readonly<Record<string, number>>;

/** What the samples' own page says that they hold, in the normal form. */
const EXPECTED: Readonly<Record<SampledClient, Totals>> = {
  'claude-code': { requests: 7, input: 728, output: 616, cached: 140_000, write5m: 2_100, write1h: 4_900, cost: 0 },
  codex: { requests: 2, input: 2_405 - 2_048, output: 154, cached: 2_048, write5m: 0, write1h: 0, reasoning: 66 },
  'gemini-cli': { requests: 4, input: 4_810 - 4_096, output: 308 + 132, cached: 4_096, reasoning: 132 },
  'copilot-cli': { requests: 3, input: 3_606 - 3_072, output: 231, cached: 3_072, write5m: 0, reasoning: 99 },
  'qwen-code': { requests: 2, input: 2_403 - 2_048, output: 154, cached: 2_048, reasoning: 66 },
  opencode: { requests: 3, input: 537, output: 132 + 99, cached: 3_072, reasoning: 99, cost: 0.003_365_25 },
};

class Told {
  readonly events = new Map<string, IncomingEvent>();
  readonly home = temporaryFolder();
  readonly metrics = temporaryFolder();
  nowMillis = LATER_MILLIS;
  last: Reading | undefined;

  /** Reads what is new, as one start of the program would. @returns How many bytes of files were read. */
  read(...clients: readonly string[]): number {
    const marks = new ReadMarks(this.metrics, 'test');
    const reading = new Reading({
      marks,
      nowMillis: () => this.nowMillis,
      tell: (event) => {
        const identity = event.identity ?? '';
        // The first to arrive is kept, as in the store.
        if (!this.events.has(identity)) this.events.set(identity, event);
      },
    });
    for (const history of HISTORIES.filter(({ name }) => clients.length === 0 || clients.includes(name))) {
      for (const place of history.places({ HOME: this.home })) {
        for (const part of history.look(place, reading)) for (const _ of part.read());
      }
    }
    marks.save();
    this.last = reading;
    return reading.scanner.bytesRead;
  }

  of(metric: string, client?: string): IncomingEvent[] {
    const all = [...this.events.values()].filter((event) => event.metric === metric);
    return client === undefined ? all : all.filter((event) => event.data['client'] === client);
  }

  totals(client: string): Totals {
    const sum = (field: string): number =>
      this.of('tokens.consumed', client).reduce((total, { data }) => total + Number(data[field] ?? 0), 0);
    return {
      requests: sum('requests'),
      input: sum('input_tokens'),
      output: sum('output_tokens'),
      cached: sum('cached_tokens'),
      write5m: sum('cache_write_5m_tokens'),
      write1h: sum('cache_write_1h_tokens'),
      reasoning: sum('reasoning_tokens'),
      cost: Math.round(sum('reported_cost_usd') * 1e9) / 1e9,
    };
  }
}

describe.each(SAMPLED_CLIENTS)('the history of %s', (client) => {
  it('gives the totals that the sample is known to have', () => {
    const told = new Told();
    layOutHistory(told.home, client);
    told.read();
    expect(told.totals(client)).toMatchObject(EXPECTED[client]);
    expect(told.last?.counts).toMatchObject({ damaged: 0, unreadable: 0, waiting: 0 });
    expect([...(told.last?.counts.unknownTypes ?? [])]).toEqual([]);
  });

  it('tells nothing twice when it is read again, with its marks and without', () => {
    const told = new Told();
    layOutHistory(told.home, client);
    told.read();
    expect(told.read()).toBe(0);
    rmSync(join(told.metrics, 'agent-histories.test.json'));
    told.read();
    expect(told.totals(client)).toMatchObject(EXPECTED[client]);
  });

  it('names whose session it was, and keeps no other text than names and ids', () => {
    const told = new Told();
    layOutHistory(told.home, client);
    told.read();
    for (const event of told.events.values()) {
      expect(event.data['client']).toBe(client);
      expect(event.data['session_id']).toMatch(/^[\w-]{20,40}$/);
      const texts = Object.values(event.data)
        .flat()
        .filter((value) => typeof value === 'string');
      expect(texts.filter((text) => !/^[\w.@/-]{1,128}$/.test(text))).toEqual([]);
    }
  });
});

describe.each(SAMPLED_CLIENTS.filter((client) => client !== 'opencode'))('the growing files of %s', (client) => {
  it('give the same totals from every prefix on, read line by line as they grow', () => {
    const told = new Told();
    const files = layOutHistory(told.home, client).filter((path) => path.endsWith('.jsonl'));
    for (const path of files) {
      const whole = readFileSync(path);
      writeFileSync(path, '');
      for (let at = 0; at < whole.length;) {
        // Half of a line, then the rest of it: neither may be taken for a line.
        const lineEnd = whole.indexOf(10, at) + 1;
        for (const upTo of [at + ((lineEnd - at) >> 1), lineEnd]) {
          appendFileSync(path, whole.subarray(at, upTo));
          at = upTo;
          told.nowMillis = Date.now();
          told.read(client);
        }
      }
    }
    told.nowMillis = LATER_MILLIS;
    told.read(client);
    expect(told.totals(client)).toMatchObject(EXPECTED[client]);
  });

  it('are read from where they were left: a new line costs its own bytes and those of what was unfinished', () => {
    const told = new Told();
    const [path = ''] = layOutHistory(told.home, client);
    const all = told.read(client);
    const line = '{"type":"user","message":{}}\n';
    appendFileSync(path, line);
    expect(all).toBeGreaterThan(1_000);
    expect(told.read(client)).toBe(line.length);
    expect(told.read(client)).toBe(0);
  });

  it('are read anew when they were cut or replaced by others', () => {
    const told = new Told();
    const [path = ''] = layOutHistory(told.home, client);
    told.read(client);
    const whole = readFileSync(path);
    truncateSync(path, 200);
    told.read(client);
    writeFileSync(path, Buffer.concat([Buffer.from('{"type":"other"}\n'), whole]));
    utimesSync(path, new Date(), new Date());
    expect(told.read(client)).toBe(whole.length + 17);
    expect(told.totals(client)).toMatchObject(EXPECTED[client]);
  });
});
