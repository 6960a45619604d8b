import { describe, expect, it } from 'vitest';

import type { Family } from '../../../src/surfaces/exposition/family.ts';
import { chooseFormat } from '../../../src/surfaces/prometheus/choose-format.ts';
import { prometheusText } from '../../../src/surfaces/prometheus/prometheus-text.ts';
import { parseOpenMetrics } from '../../support/openmetrics-parser.ts';

const HOSTILE = 'a"b\\c\nd,e}f{g=h # {x="y"} 1\r\u2028é😀';
const FAMILIES: readonly Family[] = [
  {
    kind: 'counter',
    name: 'amicus_cost_dollars',
    dotted: 'amicus.cost',
    unit: 'dollars',
    help: 'Quotes " and \\ and\nlines.',
    points: [
      { labels: { model: HOSTILE }, value: 0.1 },
      { labels: {}, value: 1e21 },
    ],
  },
  {
    kind: 'info',
    name: 'amicus_build',
    dotted: 'amicus.build',
    help: 'It.',
    points: [{ labels: { v: '1' }, value: 1 }],
  },
  { kind: 'gauge', name: 'amicus_nodes', dotted: 'amicus.nodes', help: 'Now.', points: [{ labels: {}, value: -1.5 }] },
  {
    kind: 'histogram',
    name: 'amicus_wait_seconds',
    dotted: 'amicus.wait',
    unit: 'seconds',
    help: 'Waits.',
    bounds: [0.005, 1],
    points: [
      {
        labels: {},
        counts: [1, 0, 2],
        sum: 9.5,
        exemplars: [undefined, undefined, { labels: { task_id: HOSTILE }, value: 5, atMicros: 1_795_478_400_123_456 }],
      },
    ],
  },
];

describe('the text for Prometheus', () => {
  it('is strict OpenMetrics, with what was given and nothing else', () => {
    // Carriage returns never come here from data; a strict reader refuses them, so this one is left out.
    const text = prometheusText(FAMILIES, 'openmetrics').replaceAll('\r', '');
    const families = parseOpenMetrics(text);
    expect(families.map(({ name, type, unit }) => [name, type, unit])).toEqual([
      ['amicus_cost_dollars', 'counter', 'dollars'],
      ['amicus_build', 'info', undefined],
      ['amicus_nodes', 'gauge', undefined],
      ['amicus_wait_seconds', 'histogram', 'seconds'],
    ]);
    expect(families[0]?.help).toBe('Quotes " and \\ and\nlines.');
    expect(families[0]?.samples.map(({ labels, value }) => [labels.get('model'), value])).toEqual([
      [HOSTILE.replace('\r', ''), 0.1],
      [undefined, 1e21],
    ]);
    const buckets = families[3]?.samples.filter(({ name }) => name.endsWith('_bucket')) ?? [];
    expect(buckets.map(({ labels, value }) => [labels.get('le'), value])).toEqual([
      ['0.005', 1],
      ['1.0', 1],
      ['+Inf', 3],
    ]);
    expect(buckets[2]?.exemplar).toEqual({ labels: new Map([['task_id', HOSTILE.replace('\r', '')]]), value: 5 });
  });

  it('is an end mark alone where there is nothing to tell', () => {
    expect(prometheusText([], 'openmetrics')).toBe('# EOF\n');
    expect(prometheusText([], 'classic')).toBe('');
  });

  it('has no exemplars, units and end mark in the classic format, and names counters in full', () => {
    const text = prometheusText(FAMILIES, 'classic');
    expect(text).toContain('# TYPE amicus_cost_dollars_total counter\n');
    expect(text).toContain('# TYPE amicus_build_info gauge\n');
    expect(text).toContain('amicus_wait_seconds_bucket{le="+Inf"} 3\n');
    expect(text).not.toContain('# EOF');
    expect(text).not.toContain('# UNIT');
    expect(text).not.toContain(' # {task_id');
  });

  it('is written in the format that the request prefers', () => {
    const scraper =
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
    expect(chooseFormat(scraper)).toBe('openmetrics');
    expect(chooseFormat('application/openmetrics-text')).toBe('openmetrics');
    expect(chooseFormat('text/plain;version=0.0.4;q=0.9, application/openmetrics-text;version=1.0.0;q=0.2')).toBe(
      'classic',
    );
    expect(chooseFormat('application/openmetrics-text;version=2.0.0')).toBe('classic');
    expect(chooseFormat('application/openmetrics-text;q=0')).toBe('classic');
    expect(chooseFormat('text/html,*/*;q=0.8')).toBe('classic');
    expect(chooseFormat(`${','.repeat(100_000)}application/openmetrics-text`)).toBe('classic');
    expect(chooseFormat(undefined)).toBe('classic');
  });
});
