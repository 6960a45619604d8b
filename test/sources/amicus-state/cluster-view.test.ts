import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readClusterNow, viewOf } from '../../../src/sources/amicus-state/cluster-view.ts';
import { describeBytes, describeState } from '../../../src/sources/amicus-state/describe-state.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { replaceState } from '../../support/state-documents.ts';
import { at, modelOf } from '../../support/state-versions.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/state/${name}`, import.meta.url), 'utf8');

const document = {
  summary: 'AGREEMENT_REACHED',
  ask_user: 'true',
  active_files: ['a', 'b'],
  messages: ['x'],
  cluster_nodes: {
    'Node-A': { role: 'developer', status: 'idle', last_heartbeat: at(95), idle_since: at(70) },
    'Node-B': { status: 'working', current_task_id: 'task-1', last_heartbeat: at(5) },
  },
  next_steps: [
    { id: 'task-1', task: 'a', status: 'in_progress' },
    { id: 'task-2', task: 'b', status: 'pending', created_at: at(40) },
    { id: 'task-3', task: 'c', status: 'done' },
  ],
};

describe('the view of a cluster', () => {
  it('shows nodes with status and task, and counts of all kinds, as of a moment', () => {
    expect(viewOf(modelOf(document, 90), at(100) * 1e6)).toEqual({
      atMicros: at(100) * 1e6,
      writtenSecondsAgo: 10,
      nodes: [
        { nodeId: 'Node-A', role: 'developer', status: 'idle', seenSecondsAgo: 5, idleSeconds: 30 },
        { nodeId: 'Node-B', status: 'silent', taskId: 'task-1', seenSecondsAgo: 95 },
      ],
      counts: { activeNodes: 1, idleNodes: 1, queuedTasks: 1, claimedTasks: 1, endedTasks: 1 },
      oldestQueuedSeconds: 60,
      workload: {},
      messages: 1,
      activeFiles: 2,
      askUser: true,
      agreementReached: true,
    });
  });

  it('is read from a folder once, or says why not', () => {
    const directory = temporaryFolder();
    const time = new ManualTime();
    expect(readClusterNow(directory, time)).toEqual({ found: false, why: 'state_missing' });
    replaceState(directory, '{', time.seconds);
    expect(readClusterNow(directory, time)).toEqual({ found: false, why: 'state_not_json' });
    replaceState(directory, document, time.seconds);
    expect(readClusterNow(directory, time)).toMatchObject({ found: true, view: { messages: 1 } });
    expect(readdirSync(directory)).toEqual(['state.json']);
  });
});

describe('describeState', () => {
  it('names the fields of each place, how often they occur and whether they are read', () => {
    const description = describeBytes(Buffer.from(fixture('unknown-version.json')));
    expect(description).toMatchObject({ readable: true, nodes: 1, tasks: 2, messages: 1, steps: 'mixed' });
    const fields = description.readable ? description.fields : [];
    expect(fields).toContainEqual({ place: 'task', field: 'text', recognised: true, count: 2 });
    expect(fields).toContainEqual({ place: 'task', field: 'tags', recognised: false, count: 1 });
    expect(fields).toContainEqual({ place: 'state', field: 'schema', recognised: false, count: 1 });
    expect(fields).toContainEqual({ place: 'node', field: 'mood', recognised: false, count: 1 });
    expect(fields).toContainEqual({ place: 'message', field: 'who', recognised: false, count: 1 });
  });

  it('recognises every field that Amicus documents', () => {
    const description = describeBytes(Buffer.from(fixture('current.json')));
    expect(description.readable && description.fields.filter(({ recognised }) => !recognised)).toEqual([]);
  });

  it('shows no value, and no field name that may be content', () => {
    const secret = { 'XSECRETX is the plan': { a: 1 }, next_steps: [{ 'XSECRETX too': 1 }] };
    expect(JSON.stringify(describeBytes(Buffer.from(JSON.stringify(secret))))).not.toContain('XSECRETX');
    for (const name of ['current.json', 'text-markers.json', 'first-release.json', 'unknown-version.json']) {
      expect(JSON.stringify(describeBytes(Buffer.from(fixture(name))))).not.toContain('XSECRETX');
    }
  });

  it.each([
    ['none', {}],
    ['text', { next_steps: 'a\nb' }],
    ['text', { next_steps: ['a', 'b'] }],
    ['objects', { next_steps: [{ id: '1', task: 'a' }] }],
    ['objects_without_ids', { next_steps: [{ task: 'a' }] }],
    ['mixed', { next_steps: [{ task: 'a' }, 'b'] }],
  ])('calls steps %s', (steps, state) => {
    expect(describeBytes(Buffer.from(JSON.stringify(state)))).toMatchObject({ steps });
  });

  it('says why a file cannot be described', () => {
    const directory = temporaryFolder();
    expect(describeState(directory)).toEqual({ readable: false, why: 'state_missing' });
    replaceState(directory, Buffer.alloc(10 * 1024 * 1024 + 1, ' '), at(0));
    expect(describeState(directory)).toEqual({ readable: false, why: 'state_too_large' });
    replaceState(directory, '', at(0));
    expect(describeState(directory)).toEqual({ readable: false, why: 'state_empty' });
  });

  it('shows no more unknown fields than a screen can bear', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`field-${n}`, n]));
    const description = describeBytes(Buffer.from(JSON.stringify(many)));
    expect(description.readable && description.fields).toHaveLength(100);
  });
});
