import { eventRecord } from './event-record.ts';
import type { ExportFormat } from './format.ts';

/** One document: an array of events, one on each line. */
export const json: ExportFormat = {
  name: 'json',
  endings: ['json'],
  doc: 'One document: an array of events.',
  binary: false,
  async *encode(_metrics, batches) {
    let separator = '[\n';
    for await (const batch of batches) {
      let text = '';
      for (const event of batch) {
        text += separator + JSON.stringify(eventRecord(event));
        separator = ',\n';
      }
      if (text !== '') yield Buffer.from(text);
    }
    yield Buffer.from(separator === '[\n' ? '[]\n' : '\n]\n');
  },
};
