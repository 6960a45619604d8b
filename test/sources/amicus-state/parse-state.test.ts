import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TaskState } from '../../../src/sources/amicus-state/cluster-model.ts';
import { parseState } from '../../../src/sources/amicus-state/parse-state.ts';
import type { StateDocument } from '../../support/state-documents.ts';
import { at, modelOf } from '../../support/state-versions.ts';

const FIXTURES = new URL('../../fixtures/state/', import.meta.url);
const fixture = (name: string): string => readFileSync(new URL(name, FIXTURES), 'utf8');

const parsed = (text: string | Uint8Array) =>
  parseState({ bytes: Buffer.from(text), mtimeMicros: at(0) * 1e6, nowMicros: at(0) * 1e6 });
const tasksOf = (document: StateDocument | string): TaskState[] => [...modelOf(document).tasks.values()];
const short = (document: StateDocument | string): unknown[] =>
  tasksOf(document).map(({ word, phase, holder }) =>
    [word, phase, holder].filter((part) => part !== undefined).join(' '),
  );

describe('parseState', () => {
  it('reads what Amicus writes', () => {
    const model = modelOf(fixture('current.json'), -24_000_000);
    expect([...model.nodes]).toMatchObject([
      ['Node-BM-K2L9', { role: 'bootstrap_manager', model: 'small-model', status: 'waiting' }],
      ['Node-Q4ZT', { role: 'developer', status: 'working', taskId: 'task-7', heartbeatMicros: 1_770_200_185_000_000 }],
      ['Node-H8WA', { role: 'architect', status: 'terminated', idleSinceMicros: 1_770_199_860_000_000 }],
    ]);
    expect(short(fixture('current.json'))).toEqual([
      'in_progress claimed Node-Q4ZT',
      'pending queued',
      'completed ended',
    ]);
    expect(model.workload).toEqual({
      maxNodes: 4,
      managerId: 'Node-BM-K2L9',
      status: 'balanced',
      advice: 'maintain',
      assessedMicros: 1_770_200_180_000_000,
    });
    expect(model).toMatchObject({ activeFiles: 2, askUser: false, agreementReached: false });
    expect(model.messages).toHaveLength(1);
  });

  it.each(readdirSync(FIXTURES))('keeps no text of %s', (name) => {
    const text = fixture(name);
    const kept = JSON.stringify([...tasksOf(text), ...modelOf(text).nodes.keys(), modelOf(text)]);
    expect(text).toContain('XSECRETX');
    expect(kept).not.toContain('XSECRETX');
  });

  it('reads the steps of the first release: one text, a line for each', () => {
    expect(short({ next_steps: 'Port the tests' })).toEqual(['pending queued']);
    expect(short({ next_steps: '- [x] Parse\n\n* [ ] Port\n3. [IN PROGRESS by Node-A] Ship' })).toEqual([
      'completed ended',
      'pending queued',
      'in_progress claimed Node-A',
    ]);
  });

  it.each([
    ['a list of texts', ['[IN PROGRESS by Node-A] Port', 'Ship']],
    ['JSON in a text', JSON.stringify([{ task: 'Port', status: 'in_progress', agent_id: 'Node-A' }, { task: 'Ship' }])],
    ['a list of texts as JSON in a text', JSON.stringify(['[in-progress: Node-A] Port', 'Ship'])],
    ['objects by some key', { a: { task: 'Port', claimed_by: 'Node-A' }, b: { task: 'Ship', status: 'todo' } }],
    [
      'objects with markers only',
      [
        { task: '[WIP Node-A] Port', status: 'pending' },
        { task: 'Ship', status: 'pending' },
      ],
    ],
    ['a list of all sorts', [{ title: 'Port', state: 'Doing', owner: { id: 'Node-A' } }, null, 7.5, [], '']],
  ])('reads steps as %s', (_shape, steps) => {
    expect(short({ next_steps: steps })).toEqual(['in_progress claimed Node-A', 'pending queued']);
  });

  it('gives a task without id one that a claim does not change and a time tells apart', () => {
    const idsOf = (...steps: unknown[]): string[] => [...modelOf({ next_steps: steps }).tasks.keys()];
    const [id] = idsOf('Port the tests');
    expect(id).toMatch(/^task-[0-9a-f]{12}$/);
    expect(idsOf('[IN PROGRESS by Node-A] Port  the tests', '- [x] Ship')[0]).toBe(id);
    expect(idsOf({ task: 'Port the tests', status: 'done' })).toEqual([id]);
    expect(idsOf({ task: 'Port the tests', created_at: at(1) })).not.toEqual([id]);
    expect(idsOf('Port the tests', 'Port the tests')).toEqual([id, `${id}-2`]);
    expect(idsOf({ id: 7, task: 'a' }, { task_id: 'task-9', task: 'b' })).toEqual(['7', 'task-9']);
    expect(idsOf({ id: 'a sentence that may be content' })[0]).toMatch(/^task-[0-9a-f]{12}$/);
  });

  it('finds the task of a node by id and by text', () => {
    const { nodes, tasks } = modelOf({
      next_steps: [{ task: 'Port', status: 'pending' }],
      cluster_nodes: {
        'Node-A': { status: 'working', current_task_id: ' Port ' },
        'Node-B': { current_task: 'a secret plan' },
      },
    });
    const [id] = tasks.keys();
    expect(nodes.get('Node-A')?.taskId).toBe(id);
    expect(nodes.get('Node-B')?.taskId).toMatch(/^task-[0-9a-f]{12}$/);
    expect([...tasks.values()][0]).toMatchObject({ phase: 'claimed', holder: 'Node-A' });
  });

  it.each([
    ['a list with ids inside', [{ node_id: 'Node-A', status: 'idle' }]],
    ['a model as text', { 'Node-A': { status: 'IDLE', model: 'big-model' } }],
    ['a model name', { 'Node-A': { status: 'idle', model_name: 'big-model' } }],
    ['model info', { 'Node-A': { status: 'available', model_info: { name: 'big-model', strength: 'high' } } }],
  ])('reads nodes as %s', (_shape, nodes) => {
    expect(modelOf({ cluster_nodes: nodes }).nodes.get('Node-A')?.status).toBe('idle');
  });

  it('reads bare heartbeats as nodes', () => {
    expect([...modelOf({ heartbeats: { 'Node-A': at(0), 'Node-B': { last_seen: at(0) } } }).nodes]).toMatchObject([
      ['Node-A', { heartbeatMicros: at(0) * 1e6 }],
      ['Node-B', { heartbeatMicros: at(0) * 1e6 }],
    ]);
  });

  it.each([
    ['seconds', at(-5)],
    ['seconds as text', `${at(-5)}`],
    ['milliseconds', at(-5) * 1e3],
    ['microseconds', at(-5) * 1e6],
    ['nanoseconds', at(-5) * 1e9],
    ['an ISO date', '2026-11-23T23:59:55Z'],
    ['an ISO date with an offset', '2026-11-24T01:29:55.000000+0130'],
    ['an ISO date without a zone, read as UTC', '2026-11-23 23:59:55.000'],
  ])('reads a time as %s', (_form, time) => {
    expect(tasksOf({ next_steps: [{ task: 'a', created_at: time }] })[0]?.createdMicros).toBe(at(-5) * 1e6);
  });

  it.each([
    ['in the far future', at(90_000)],
    ['negative', -1],
    ['zero', 0],
    ['not a number', 'soon'],
    ['an object', {}],
    ['a wrong date', '2026-13-45T00:00:00Z'],
    ['true', true],
  ])('refuses a time that is %s', (_what, time) => {
    expect(tasksOf({ next_steps: [{ task: 'a', created_at: time }] })[0]?.createdMicros).toBeUndefined();
  });

  it('keeps microseconds of an ISO date', () => {
    const [task] = tasksOf({ next_steps: [{ task: 'a', created_at: '2026-11-23T23:59:55.123456Z' }] });
    expect(task?.createdMicros).toBe(at(-5) * 1e6 + 123_456);
  });

  it('makes names printable and bounds them, and tells long ones apart', () => {
    const long = 'N'.repeat(300);
    const nodes = modelOf({
      cluster_nodes: { 'No\u001bde\n-\u202eA': {}, [`${long}1`]: {}, [`${long}2`]: {}, '': {} },
    }).nodes;
    const names = [...nodes.keys()];
    expect(names[0]).toBe('Node-A');
    expect(names).toHaveLength(3);
    expect(names.every((name) => name.length <= 128)).toBe(true);
  });

  it('takes node names that objects have anyway for names', () => {
    const text = '{"cluster_nodes": {"__proto__": {"status": "idle"}, "constructor": {"status": "idle"}}}';
    expect([...modelOf(text).nodes.keys()]).toEqual(['__proto__', 'constructor']);
  });

  it('reads a file with a byte order mark', () => {
    expect(short(`\uFEFF${JSON.stringify({ next_steps: ['a'] })}`)).toEqual(['pending queued']);
  });

  it('reads a state in which every field is missing or of another type', () => {
    const model = modelOf({});
    for (const value of [null, 1, 'x', true, [], [[]], {}, [null], [1, 'x', {}]]) {
      const fields = [
        'next_steps',
        'cluster_nodes',
        'messages',
        'cluster_metadata',
        'work_distribution',
        'active_files',
      ];
      expect(() => modelOf(Object.fromEntries(fields.map((field) => [field, value])))).not.toThrow();
    }
    expect(model.tasks.size + model.nodes.size + model.messages.length).toBe(0);
  });

  it('refuses every prefix of a state file, and nothing else', () => {
    const bytes = Buffer.from(fixture('current.json').trimEnd());
    for (let length = 0; length < bytes.length; length += 1) {
      expect(parsed(bytes.subarray(0, length)).readable, `${length} bytes`).toBe(false);
    }
    expect(parsed(bytes).readable).toBe(true);
  });

  it.each([
    ['', 'state_empty'],
    [' \n', 'state_empty'],
    ['[]', 'state_not_an_object'],
    ['null', 'state_not_an_object'],
    ['"text"', 'state_not_an_object'],
    ['{"a": }', 'state_not_json'],
    ['['.repeat(200_000), 'state_not_json'],
  ])('says why it refuses %j', (text, code) => {
    expect(parsed(text)).toEqual({ readable: false, code });
  });

  it('takes no longer than a blink for texts made to slow down patterns', () => {
    const hostile = [
      ' '.repeat(500_000),
      '['.repeat(500_000),
      '(priority: '.repeat(50_000),
      '[in progress '.repeat(40_000),
    ];
    const start = performance.now();
    modelOf({ next_steps: hostile });
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
