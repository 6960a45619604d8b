import { DatabaseSync } from 'node:sqlite';

/** A process that writes to a store all the time: lets go of the write lock, and takes it again, when it is told to. */
const [path = ''] = process.argv.slice(2);
const db = new DatabaseSync(path, { timeout: 60_000 });
const write = db.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('written_by_test', ?)");
const take = (): void => {
  db.exec('BEGIN IMMEDIATE');
  write.run(performance.now());
  process.send?.('taken');
};
process.on('message', (told) => (told === 'take' ? take() : db.exec('COMMIT')));
process.on('disconnect', () => process.exit());
take();
