import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { SegmentReader } from '../../spool/segment-reader.ts';
import { listSegments, spoolFolder } from '../../spool/spool-folder.ts';
import type { ProducerAccount, ProducerDrops, ProducerLedger } from '../../store.ts';
import { SliceWidth } from '../fold/time-slices.ts';
import { readEventTables } from '../rows/event-tables.ts';

type Account = Omit<ProducerLedger, 'alive' | 'inSpool' | 'recorded'> & {
  alive: boolean;
  inSpool: number;
  recorded: number;
};
/** The state of a segment whose events are not all in tables yet. */
const OPEN = 0;

/**
 * What each recording process handed over and what became of it. Rows are really counted, so that a row that vanished
 * shows as a difference; of sealed blocks, how many rows they were made of. Use within one read transaction.
 */
export function readLedger(db: DatabaseSync, path: string, nowMillis: number): ProducerLedger[] {
  return [...accountsOf(db, path, nowMillis, countByProducer(db)).values()];
}

/** What of it is known without counting rows. Use within one read transaction. */
export function readAccounts(db: DatabaseSync, path: string, nowMillis: number): ProducerAccount[] {
  return [...accountsOf(db, path, nowMillis, new Map()).values()];
}

/** The same of one producer. Use within one read transaction. */
export function readDrops(
  db: DatabaseSync,
  path: string,
  nowMillis: number,
  producer: string,
): ProducerDrops | undefined {
  return accountsOf(db, path, nowMillis, new Map()).get(producer);
}

function accountsOf(
  db: DatabaseSync,
  path: string,
  nowMillis: number,
  rowsOf: ReadonlyMap<number, number>,
): Map<string, Account> {
  const accounts = new Map<string, Account>();
  for (const row of db.prepare('SELECT * FROM producer ORDER BY started, id').all()) {
    accounts.set(String(row['uid']), {
      producer: String(row['uid']),
      pid: Number(row['pid']),
      startedMicros: Number(row['started']),
      alive: false,
      recorded: Number(row['recorded']),
      inDatabase: rowsOf.get(Number(row['id'])) ?? 0,
      inSpool: 0,
      expired: Number(row['expired']),
      dropped: JSON.parse(String(row['dropped'])) as ProducerLedger['dropped'],
    });
  }
  addSpool(db, accounts, path, nowMillis);
  // What waits in the spool was recorded too, though no drainer has told the producer's account of it yet.
  for (const account of accounts.values()) account.recorded += account.inSpool;
  return accounts;
}

function countByProducer(db: DatabaseSync): Map<number, number> {
  const byOrigin = new Map<number, number>();
  for (const { table } of readEventTables(db).values()) {
    const bounds = db.prepare(`SELECT min(t) AS first, max(t) AS last FROM ${table}`).get();
    if (typeof bounds?.['first'] !== 'number' || typeof bounds['last'] !== 'number') continue;
    const count = db.prepare(`SELECT o, count(*) AS n FROM ${table} WHERE t >= ? AND t < ? GROUP BY o`);
    count.setReturnArrays(true);
    const width = new SliceWidth(4_000);
    for (let from = bounds['first']; from <= bounds['last'];) {
      let rows = 0;
      const before = from + width.micros;
      for (const [origin, n] of count.all(from, before) as unknown as [number, number][]) {
        byOrigin.set(origin, (byOrigin.get(origin) ?? 0) + n);
        rows += n;
      }
      width.learn(rows);
      from = before;
    }
  }
  for (const { origins } of db.prepare('SELECT origins FROM block').iterate()) {
    for (const [origin, n] of JSON.parse(String(origins)) as [number, number][]) {
      byOrigin.set(origin, (byOrigin.get(origin) ?? 0) + n);
    }
  }
  const byProducer = new Map<number, number>();
  for (const row of db.prepare('SELECT id, producer FROM origin').all()) {
    const producer = Number(row['producer']);
    byProducer.set(producer, (byProducer.get(producer) ?? 0) + (byOrigin.get(Number(row['id'])) ?? 0));
  }
  return byProducer;
}

function addSpool(db: DatabaseSync, accounts: Map<string, Account>, path: string, nowMillis: number): void {
  const progressOf = db.prepare('SELECT drained, state FROM segment WHERE name = ?');
  for (const file of listSegments(spoolFolder(dirname(path)))) {
    const progress = progressOf.get(file.name);
    if (progress !== undefined && progress['state'] !== OPEN) continue;
    const reader = new SegmentReader(file.path);
    try {
      const header = reader.header();
      if (header === undefined) continue;
      const account = accounts.get(header.producer) ?? {
        producer: header.producer,
        pid: header.pid,
        startedMicros: header.startedMicros,
        alive: false,
        recorded: 0,
        inDatabase: 0,
        inSpool: 0,
        expired: 0,
        dropped: {},
      };
      accounts.set(header.producer, account);
      account.alive ||= reader.mayStillGrow(file, nowMillis);
      account.inSpool += reader.countFrom(Number(progress?.['drained'] ?? 0));
    } catch (cause) {
      // Drained and removed by another process since the folder was listed.
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    }
  }
}
