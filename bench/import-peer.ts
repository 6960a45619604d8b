import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

import { z } from 'zod';

import { METRICS } from '../src/metrics/index.ts';
import type { AnyField } from '../src/model/field.ts';
import { LiteralStore } from './literal-schema.ts';

/** The plain way to import: each line through JSON.parse and a zod schema, then into the literal schema. */
const [source = '', target = ''] = process.argv.slice(2);

function valueOf({ kind, words, min, max }: AnyField): z.ZodType {
  switch (kind) {
    case 'id':
    case 'name':
      return z.string().max(128);
    case 'one_of':
      return z.enum(words);
    case 'flag':
      return z.boolean();
    case 'count':
    case 'delta':
      return z.int().min(min).max(max);
    case 'measure':
      return z.number().min(min).max(max);
    case 'names':
      return z.array(z.string().max(256)).max(256);
  }
}

const dataOf = (fields: Readonly<Record<string, AnyField>>) =>
  z.object(
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [
        name,
        field.required ? valueOf(field) : valueOf(field).optional(),
      ]),
    ),
  );

const [first, ...others] = METRICS.map(({ name, fields }) =>
  z.object({
    metric: z.literal(name),
    timestamp: z.number(),
    node_id: z.string().max(128).optional(),
    data: dataOf(fields),
  }),
);
if (first === undefined) throw new Error('the catalogue is empty');
const line = z.discriminatedUnion('metric', [first, ...others]);

const store = new LiteralStore(target);
store.database.exec('BEGIN');
let open = 0;
for await (const text of createInterface({ input: createReadStream(source), crlfDelay: Infinity })) {
  const { metric, timestamp, data } = line.parse(JSON.parse(text));
  store.insert(metric, timestamp, data);
  if (++open % 10_000 === 0) store.database.exec('COMMIT; BEGIN');
}
store.database.exec('COMMIT');
store.close();
