import { eventRecord } from './event-record.ts';
import type { ExportFormat } from './format.ts';

/** One event per line, as JSON. */
export const ndjson: ExportFormat = {
  name: 'ndjson',
  endings: ['ndjson', 'jsonl'],
  doc: 'One event per line, as JSON; `amicus-metrics import` reads it back without loss.',
  binary: false,
  async *encode(_metrics, batches) {
    for await (const batch of batches) {
      let lines = '';
      for (const event of batch) lines += `${JSON.stringify(eventRecord(event))}\n`;
      if (lines !== '') yield Buffer.from(lines);
    }
  },
};
