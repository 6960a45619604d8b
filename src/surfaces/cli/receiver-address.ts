import { readReceiverRecord } from '../../sources/otlp/receiver-record.ts';
import type { CommandContext } from './context.ts';
import { configOfRun } from './settings-of.ts';

/** Where clients should send their telemetry: where the receiver is, else where it will be. */
export function receiverAddress(context: Pick<CommandContext, 'directory' | 'env' | 'cwd'>): string {
  const record = readReceiverRecord(context.directory);
  const { otlpHost: host, otlpPort: port } = configOfRun(context).settings;
  const listening = record === 'unreadable' ? undefined : record?.listening;
  return listening ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
