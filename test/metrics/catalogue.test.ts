import { describe, expect, it } from 'vitest';
import { CATEGORIES, defineMetric } from '../../src/metrics/define-metric.ts';
import { catalogueOf, METRICS } from '../../src/metrics/index.ts';
import { EVERY_KIND } from '../support/recording.ts';

/** The names that scripts of users rely on. */
const PROMISED: Readonly<Record<string, string>> = {
  'node.registered': 'node_id role model',
  'node.terminated': 'node_id reason uptime_seconds',
  'cluster.snapshot': 'active_nodes idle_nodes pending_tasks workload_status',
  'task.claimed': 'task_id node_id priority',
  'task.completed': 'task_id node_id duration_seconds outcome files_modified tests_passed tests_failed',
  'state.read': 'duration_ms file_size_bytes lock_wait_ms',
  'state.write': 'duration_ms file_size_bytes lock_wait_ms',
  'tokens.consumed':
    'node_id task_id model input_tokens output_tokens cached_tokens reasoning_tokens estimated_cost_usd',
  'code.changed': 'node_id task_id files_modified lines_added lines_deleted complexity_delta',
  'tests.executed': 'node_id task_id total_tests passed failed duration_seconds',
};

describe('the catalogue', () => {
  it.each(Object.entries(PROMISED))('has %s with its promised fields', (metric, fields) => {
    const declared = Object.keys(catalogueOf().get(metric)?.fields ?? {});
    expect(fields.split(' ').filter((field) => !declared.includes(field))).toEqual([]);
  });

  it('passes its own rules, with a sentence for each metric and field', () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
    for (const metric of METRICS) {
      expect(() => defineMetric(metric as never)).not.toThrow();
      expect(CATEGORIES).toContain(metric.category);
      for (const { doc } of [metric, ...Object.values(metric.fields)]) expect(doc).toMatch(/^[A-Z`].*[.…]$/s);
    }
  });

  it('lets nobody take the name of a built-in metric', () => {
    const mine = defineMetric({ name: 'state.read', category: 'custom', doc: 'Mine.', fields: {} });
    expect(catalogueOf([mine]).get('state.read')?.category).toBe('state');
    expect(catalogueOf([EVERY_KIND]).get(EVERY_KIND.name)).toBe(EVERY_KIND);
  });
});
