import { describe, expect, it } from 'vitest';

import { defineMetric } from '../../../src/metrics/define-metric.ts';
import { catalogueOf } from '../../../src/metrics/index.ts';
import { count, delta, flag, id, measure, name, names, oneOf } from '../../../src/model/field.ts';
import { sampleNames } from '../../../src/surfaces/exposition/family.ts';
import { OWN_FAMILIES } from '../../../src/surfaces/exposition/own-families.ts';
import { planFamilies } from '../../../src/surfaces/exposition/planned-families.ts';

const BUILD = defineMetric({
  name: 'build.finished',
  category: 'custom',
  doc: 'A build ended.',
  fields: {
    build_id: id('An id.'),
    target: name('A name.'),
    runner_node_id: name('Another node.'),
    outcome: oneOf(['good', 'bad'], 'A word.'),
    cached: flag('A flag.'),
    le: name('A name that a format uses.'),
    warnings: count('A count.'),
    change: delta('What may be negative.'),
    queue_seconds: measure('seconds', 'A time.'),
    wait_ms: measure('ms', 'A short time.'),
    cost_usd: measure('usd', 'Money.'),
    output_bytes: measure('bytes', 'A size.'),
    files: names('Files.'),
  },
});

const planOf = (...metrics: Parameters<typeof catalogueOf>[0] & object) => planFamilies(catalogueOf(metrics));
const custom = (plan: ReturnType<typeof planOf>) => plan.families.filter(({ category }) => category === 'custom');

describe('families of a catalogue', () => {
  it('follow from the fields: events and sums as counters, times as histograms, all in base units', () => {
    const told = custom(planOf(BUILD)).map(({ kind, name: own, unit, labels, divisor }) => [
      kind,
      own,
      unit,
      labels.join(),
      divisor,
    ]);
    const labels = 'target,outcome,cached';
    expect(told).toEqual([
      ['counter', 'amicus_build_finished', undefined, labels, 1],
      ['counter', 'amicus_build_finished_warnings', undefined, labels, 1],
      ['histogram', 'amicus_build_finished_queue_seconds', 'seconds', '', 1],
      ['histogram', 'amicus_build_finished_wait_seconds', 'seconds', '', 1_000],
      ['counter', 'amicus_build_finished_cost_dollars', 'dollars', labels, 1],
      ['counter', 'amicus_build_finished_output_bytes', 'bytes', labels, 1],
    ]);
  });

  it('never have a name that another one has', () => {
    const rival = defineMetric({
      name: 'build.finished_warnings',
      category: 'custom',
      doc: 'Its name is that of a sum.',
      fields: {},
    });
    const usage = defineMetric({
      name: 'usage.tokens',
      category: 'custom',
      doc: 'Its name is one of ours.',
      fields: {},
    });
    const plan = planOf(BUILD, rival, usage);
    expect(plan.leftOut).toEqual(['amicus_build_finished_warnings', 'amicus_usage_tokens']);
    const all = [...plan.families, ...Object.values(OWN_FAMILIES)].flatMap(sampleNames);
    expect(new Set(all).size).toBe(all.length);
  });

  it('have valid names, a meaning in words, and no label that a reader uses itself', () => {
    const families = [...planOf(BUILD).families, ...Object.values(OWN_FAMILIES)];
    for (const { name: own, dotted, help, labels } of families) {
      expect(own).toMatch(/^amicus_[a-z][a-z0-9_]*$/);
      expect(dotted).toMatch(/^amicus\.[a-z][a-z0-9_.]*$/);
      expect(help).toMatch(/\.$/);
      expect(labels.filter((label) => ['le', 'quantile', 'job', 'instance'].includes(label))).toEqual([]);
    }
  });
});
