import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { openMetrics } from '../../src/metrics-collector.ts';
import { SystemClock } from '../../src/model/clock.ts';
import { OtlpTranslator } from '../../src/sources/otlp/otlp-translator.ts';
import { counterPush } from './counter-pushes.ts';

/** Takes some pushes of a counter one after the other and is killed at the last: before its events are spooled, or right after. */
const [directory = '', first = '', last = '', moment = ''] = process.argv.slice(2);
const collector = openMetrics({ directory });
const translator = new OtlpTranslator(directory, {
  clock: new SystemClock(),
  emit: (event) => void collector.emit(event),
  notice: () => undefined,
});
const spooledBytes = (): number => {
  const folder = join(directory, 'metrics.spool');
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
};
const turnEnd = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

for (let number = Number(first); number <= Number(last); number++) {
  const before = spooledBytes();
  const { push } = translator.receive(counterPush(number));
  if (number === Number(last) && moment === 'before') {
    if (spooledBytes() !== before) throw new Error('It was spooled already.');
    process.kill(process.pid, 'SIGKILL');
  }
  await turnEnd();
  if (spooledBytes() === before) throw new Error('It is not spooled yet.');
  if (number === Number(last)) process.kill(process.pid, 'SIGKILL');
  translator.spooled(push);
}
