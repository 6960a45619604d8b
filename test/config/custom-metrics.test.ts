import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';

import { readCustomMetrics } from '../../src/config/custom-metrics.ts';

const read = (toml: string) => readCustomMetrics(parse(toml)['metrics'], 'amicus-metrics.toml');
const sentences = (toml: string): string[] =>
  read(toml).problems.map(({ message, hint }) => (hint === undefined ? message : `${message} ${hint}`));

describe('readCustomMetrics', () => {
  it('reads each way of declaring a field', () => {
    const { metrics, problems } = read(`
      [metrics."build.finished"]
      doc = "A build ended."
      [metrics."build.finished".fields]
      branch = "name"
      duration_seconds = "measure"
      outcome = ["success", "failure"]
      artifacts = { kind = "count", doc = "Files it made.", required = true }
      cached_bytes = { kind = "measure", unit = "bytes" }
    `);
    expect(problems).toEqual([]);
    expect(metrics).toMatchObject([
      {
        name: 'build.finished',
        category: 'custom',
        doc: 'A build ended.',
        fields: {
          node_id: { kind: 'name' },
          branch: { kind: 'name', required: false },
          duration_seconds: { kind: 'measure', unit: 'seconds' },
          outcome: { kind: 'one_of', words: ['success', 'failure'] },
          artifacts: { kind: 'count', required: true, doc: 'Files it made.' },
          cached_bytes: { kind: 'measure', unit: 'bytes' },
        },
      },
    ]);
  });

  it('keeps the good beside the bad', () => {
    const { metrics, problems } = read('[metrics."a.good"]\n[metrics.bad]\nfields.x = "name"');
    expect(metrics.map(({ name }) => name)).toEqual(['a.good']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ name: 'ConfigError', code: 'BAD_METRIC' });
  });

  it.each([
    [
      '[metrics."task.completed"]',
      /"task\.completed" is built in and cannot be declared anew .* Give yours another name/,
    ],
    ['[metrics.build.finished]\nfields.x = "name"', /without quotes .* Write \[metrics\."build\.finished"\]/],
    ['[metrics."a.b"]\nfields.x = "string"', /at fields\.x: a kind \(id, name, flag/],
    ['[metrics."a.b"]\nfields.x = { kind = "one_of" }', /gives "x" no words to choose from/],
    ['[metrics."a.b"]\nfields.took = "measure"', /"took" does not say its unit: its name must end in one of "_ms"/],
    ['[metrics."a.b"]\nfields.took = { kind = "measure", unit = "ms" }', /name must end in "_ms"/],
    ['[metrics."a.b"]\nfields.Bad = "name"', /has a field "Bad"; lower-case words/],
    ['[metrics."a.b"]\nfields.timestamp = "count"', /a name that every event uses itself/],
    ['[metrics."a.b"]\ncategory = "odd"', /at category: /],
    ['[metrics."a.b"]\nwords = "x"', /not declared rightly: .*words/],
    ['metrics = 5', /"metrics" is not a table of metrics/],
  ])('says what is wrong with %s', (toml, sentence) => {
    const problems = sentences(toml);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
    expect(problems[0]).toContain('(amicus-metrics.toml)');
  });

  it('leaves out what goes beyond a hundred declarations', () => {
    const toml = Array.from({ length: 102 }, (_, i) => `[metrics."a.m${i}"]`).join('\n');
    const { metrics, problems } = read(toml);
    expect(metrics).toHaveLength(100);
    expect(problems[0]?.message).toContain('the last 2 are left out');
  });
});
