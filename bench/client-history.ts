import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { SeededRandom } from '../src/model/seeded-random.ts';

/** What a generated history holds, counted while it was made: the truth that readers are held to. */
export type HistoryTruth = {
  bytes: number;
  files: number;
  requests: number;
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  cacheWriteTokens: number;
};

export type HistoryPlan = {
  /** The folder that stands for `~/.claude`. */
  readonly home: string;
  readonly seed: number;
  /** Sessions are added until the files hold so much. */
  readonly bytes: number;
  /** Of the first request; each is some seconds after the one before. */
  readonly startMillis: number;
};

/** Long ids as the clients make them, and text as long as real tool results: a few lines, or a whole file. */
const WORDS = 'the file of this function returns an error when its input holds no value and tests pass again now'.split(
  ' ',
);
const MODELS = ['claude-opus-5-5', 'claude-opus-5-5', 'claude-sonnet-5', 'claude-haiku-4-5'] as const;
/** One session in so many was resumed in a new file, which repeats what came before. */
const FORKED_ONE_IN = 12;
const REQUESTS_A_SESSION = 60;

/** Transcripts of Claude Code 2.1, with sub-agents, repeated usage lines and resumed sessions, as real ones have. */
export function writeClaudeHistory(plan: HistoryPlan): HistoryTruth {
  const truth: HistoryTruth = {
    bytes: 0,
    files: 0,
    requests: 0,
    inputTokens: 0,
    outputTokens: 0,
    cachedTokens: 0,
    cacheWriteTokens: 0,
  };
  const seeded = new SeededRandom(plan.seed);
  const random = (): number => seeded.next();
  const text = textSource(random);
  let millis = plan.startMillis;
  for (let session = 0; truth.bytes < plan.bytes; session++) {
    const writer = new SessionWriter({ random, text, truth, millis, session: `${plan.seed}-${session}` });
    const project = join(plan.home, 'projects', `-home-dev-proj-${session % 20}`);
    const main = writer.session(REQUESTS_A_SESSION, undefined);
    save(join(project, `${writer.sessionId}.jsonl`), main, truth);
    for (let agent = 0; agent < session % 3; agent++) {
      const agentId = `a${writer.id(16)}`;
      const lines = writer.session(REQUESTS_A_SESSION / 4, agentId);
      save(join(project, writer.sessionId, 'subagents', `agent-${agentId}.jsonl`), lines, truth);
    }
    if (session % FORKED_ONE_IN === 0) {
      const copied = main.slice(0, main.length >> 1);
      save(join(project, `${writer.uuid()}.jsonl`), copied, truth);
    }
    ({ millis } = writer);
  }
  return truth;
}

function save(path: string, lines: readonly string[], truth: HistoryTruth): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'wx');
  truth.bytes += writeSync(file, lines.join(''));
  truth.files += 1;
  closeSync(file);
}

function textSource(random: () => number): (length: number) => string {
  let pool = '';
  while (pool.length < 1 << 18) {
    pool += `${WORDS[Math.floor(random() * WORDS.length)]}${random() < 0.1 ? '\n    ' : ' '}`;
  }
  return (length) => {
    const start = Math.floor(random() * (pool.length - Math.min(length, pool.length - 1)));
    return pool.slice(start, start + length);
  };
}

type SessionSettings = {
  readonly random: () => number;
  readonly text: (length: number) => string;
  readonly truth: HistoryTruth;
  readonly millis: number;
  readonly session: string;
};

class SessionWriter {
  readonly #settings: SessionSettings;
  readonly sessionId: string;
  millis: number;
  #count = 0;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    this.millis = settings.millis;
    this.sessionId = this.uuid();
  }

  id(length: number): string {
    let id = '';
    while (id.length < length)
      id += Math.floor(this.#settings.random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return id.slice(0, length);
  }

  uuid(): string {
    const hex = this.id(32);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  session(requests: number, agentId: string | undefined): string[] {
    const lines = [this.#line({ type: 'user', message: { role: 'user', content: this.#text(400) } }, agentId)];
    for (let n = 0; n < requests; n++) this.#request(lines, agentId);
    return lines;
  }

  #request(lines: string[], agentId: string | undefined): void {
    const { random, truth, session } = this.#settings;
    this.millis += 2_000 + Math.floor(random() * 20_000);
    this.#count += 1;
    const number = `${session}-${this.#count}`;
    const model = MODELS[Math.floor(random() * MODELS.length)];
    const written = Math.floor(random() * 4_000);
    const usage = {
      input_tokens: Math.floor(random() * 200),
      cache_creation_input_tokens: written,
      cache_read_input_tokens: Math.floor(random() * 150_000),
      output_tokens: Math.floor(random() * 1_500),
      output_tokens_details: { thinking_tokens: 0 },
      server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      service_tier: 'standard',
      cache_creation: { ephemeral_1h_input_tokens: written >> 1, ephemeral_5m_input_tokens: written - (written >> 1) },
      inference_geo: 'global',
      iterations: [],
      speed: 'standard',
    };
    truth.requests += 1;
    truth.inputTokens += usage.input_tokens;
    truth.outputTokens += usage.output_tokens;
    truth.cachedTokens += usage.cache_read_input_tokens;
    truth.cacheWriteTokens += written;
    lines.push(this.#record({ type: 'api-request', id: this.uuid(), shapeHash: this.id(64), tail: [this.id(64)] }));
    const toolUseId = `toolu_${this.id(24)}`;
    const edits = random() < 0.25;
    const blocks = [
      { type: 'thinking', thinking: '', signature: this.id(600) },
      ...(random() < 0.5 ? [{ type: 'text', text: this.#text(300) }] : []),
      {
        type: 'tool_use',
        id: toolUseId,
        name: edits ? 'Edit' : random() < 0.5 ? 'Bash' : 'Read',
        input: { file_path: '/home/dev/proj/src/file.ts', old_string: this.#text(200) },
      },
    ];
    for (const [index, block] of blocks.entries()) {
      const message = {
        id: `msg_${number}`,
        type: 'message',
        role: 'assistant',
        model,
        content: [block],
        stop_reason: 'tool_use',
        stop_sequence: null,
        usage,
      };
      lines.push(this.#line({ message, apiBlockIndex: index, requestId: `req_${number}`, type: 'assistant' }, agentId));
    }
    const result = edits
      ? {
          filePath: '/home/dev/proj/src/file.ts',
          oldString: 'a',
          newString: 'b',
          originalFile: this.#text(12_000),
          structuredPatch: [{ oldStart: 1, oldLines: 2, newStart: 1, newLines: 2, lines: [' a', '-b', '+c'] }],
          userModified: false,
        }
      : { stdout: this.#text(3_000), stderr: '', interrupted: false, isImage: false };
    const content = [{ tool_use_id: toolUseId, type: 'tool_result', content: this.#text(3_000), is_error: false }];
    lines.push(this.#line({ type: 'user', message: { role: 'user', content } }, agentId, { toolUseResult: result }));
  }

  /** Lengths spread as in practice: most are short, a few are very long. */
  #text(mean: number): string {
    return this.#settings.text(Math.floor(-Math.log(1 - this.#settings.random()) * mean));
  }

  /** A line of a conversation, its fields in the order in which Claude Code writes them. */
  #line(fields: Readonly<Record<string, unknown>>, agentId: string | undefined, more: object = {}): string {
    this.millis += 200;
    const timestamp = new Date(this.millis).toISOString();
    return `${JSON.stringify({
      parentUuid: this.uuid(),
      isSidechain: agentId !== undefined,
      agentId,
      ...fields,
      uuid: this.uuid(),
      timestamp,
      ...more,
      userType: 'external',
      entrypoint: 'cli',
      cwd: '/home/dev/proj',
      sessionId: this.sessionId,
      version: '2.1.330',
      gitBranch: 'main',
    })}\n`;
  }

  #record(fields: Readonly<Record<string, unknown>>): string {
    const timestamp = new Date(this.millis).toISOString();
    return `${JSON.stringify({ ...fields, timestamp, sessionId: this.sessionId })}\n`;
  }
}
