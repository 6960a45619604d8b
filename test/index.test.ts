import { expect, it } from 'vitest';
import * as library from '../src/index.ts';

it('exports what users import, and nothing else', () => {
  expect(Object.keys(library).sort()).toMatchInlineSnapshot(`
    [
      "CATEGORIES",
      "ConfigError",
      "METRICS",
      "MetricsCollector",
      "MetricsError",
      "QuantileSketch",
      "QueryError",
      "StoreError",
      "count",
      "defineMetric",
      "delta",
      "flag",
      "id",
      "measure",
      "name",
      "names",
      "oneOf",
      "openMetrics",
      "required",
    ]
  `);
});
