import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { AgentHistoriesSource } from '../../../src/sources/histories/agent-histories-source.ts';
import { layOutHistory, sample } from '../../support/client-homes.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { ToldEvents } from '../../support/told-events.ts';

const MINUTE_SECONDS = 60;

/** A workspace with a context folder, and a home folder with the history of an agent. */
class Scene {
  readonly home = temporaryFolder();
  readonly workspace = join(temporaryFolder(), 'proj');
  readonly directory = join(this.workspace, '.ai');
  readonly time = new ManualTime();
  readonly told = new ToldEvents();

  constructor() {
    mkdirSync(this.directory, { recursive: true });
  }

  open(agentHistories: 'workspace' | 'all' | 'off' = 'workspace'): AgentHistoriesSource {
    return new AgentHistoriesSource({ directory: this.directory, environment: { HOME: this.home }, agentHistories });
  }

  async follow(agentHistories?: 'workspace' | 'all' | 'off'): Promise<AgentHistoriesSource> {
    const source = this.open(agentHistories);
    await source.start(this.told.context(this.time));
    return source;
  }

  /** The transcript of the samples, as of a session that worked in a folder. */
  writeTranscript(cwd: string, ageSeconds = 2 * MINUTE_SECONDS): string {
    const project = cwd.replaceAll(/[^a-zA-Z0-9]/g, '-');
    const path = join(this.home, '.claude/projects', project, 'a0000001-0000-4000-8000-000000000001.jsonl');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, sample('claude-code', 'transcript.jsonl').replaceAll('/home/dev/proj', cwd));
    this.touch(path, ageSeconds);
    return path;
  }

  touch(path: string, ageSeconds: number): void {
    utimesSync(path, this.time.seconds - ageSeconds, this.time.seconds - ageSeconds);
  }

  get requests(): number {
    return this.told.of('tokens.consumed').length;
  }
}

describe('following the histories of agents', () => {
  it('tells sessions that work in the workspace or below it, and no others', async () => {
    const scene = new Scene();
    scene.writeTranscript(scene.workspace);
    scene.writeTranscript(`${scene.workspace}-two`);
    scene.writeTranscript('/home/dev/elsewhere');
    layOutHistory(scene.home, 'codex');
    const source = await scene.follow();
    expect(scene.requests).toBe(5);
    expect(scene.told.of('code.changed')[0]?.data).toMatchObject({ files_modified: ['hello.py'], lines_added: 2 });
    await source.stop();
  });

  it('tells all sessions when it is told to, and none when it is switched off', async () => {
    const scene = new Scene();
    scene.writeTranscript('/home/dev/elsewhere');
    await (await scene.follow('off')).stop();
    expect(scene.requests).toBe(0);
    await (await scene.follow('all')).stop();
    expect(scene.requests).toBe(5);
  });

  it('reads what is written while it runs, and each line once', async () => {
    const scene = new Scene();
    const path = scene.writeTranscript(scene.workspace);
    const whole = readFileSync(path, 'utf8');
    const half = whole.indexOf('\n', whole.length / 2) + 1;
    writeFileSync(path, whole.slice(0, half));
    scene.touch(path, 90);
    const source = await scene.follow();
    const before = scene.requests;
    expect(before).toBeLessThan(5);
    appendFileSync(path, whole.slice(half));
    scene.touch(path, 61);
    scene.time.pass(3_000);
    await source.poll();
    expect(scene.requests).toBe(5);
    const emitted = scene.told.emitted.length;
    await source.poll();
    expect(scene.told.emitted.length).toBe(emitted);
    await source.stop();
  });

  it('goes on where it was after a restart, and keeps what it knows readable by its owner only', async () => {
    const scene = new Scene();
    scene.writeTranscript(scene.workspace);
    await (await scene.follow()).stop();
    const emitted = scene.told.emitted.length;
    await (await scene.follow()).stop();
    expect(scene.told.emitted.length).toBe(emitted);
    expect(readdirSync(scene.directory)).toEqual(['agent-histories.live.json']);
    const kept = join(scene.directory, 'agent-histories.live.json');
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(readFileSync(kept, 'utf8')).not.toContain('please run');
  });

  it('leaves what is older than a day to the import, but not what came while nobody followed', async () => {
    const scene = new Scene();
    scene.writeTranscript(scene.workspace, 2 * 86_400);
    await (await scene.follow()).stop();
    expect(scene.requests).toBe(0);
    scene.time.pass(10 * 86_400_000);
    scene.writeTranscript(scene.workspace, 5 * 86_400);
    await (await scene.follow()).stop();
    expect(scene.requests).toBe(5);
  });

  it('starts where there is nothing, makes nothing, and lives on when a history goes away', async () => {
    const scene = new Scene();
    const source = await scene.follow();
    expect(readdirSync(scene.directory)).toEqual([]);
    const path = scene.writeTranscript(scene.workspace);
    await source.poll();
    expect(scene.requests).toBe(5);
    renameSync(join(scene.home, '.claude'), join(scene.home, 'gone'));
    await source.poll();
    scene.writeTranscript(scene.workspace);
    appendFileSync(path, 'not json, "type":"assistant"\n');
    scene.touch(path, 61);
    await source.poll();
    expect(scene.requests).toBe(5);
    expect(scene.told.notices.map(({ code }) => code)).toEqual(['history_lines_damaged']);
    await source.stop();
  });
});
