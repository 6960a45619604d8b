/** What has something left to write when the process ends. One listener for all, however many collectors are open. */
const open = new Set<{ writeAtOnce(): void }>();

/**
 * Write once more when the process ends, so that the events of the last turn of the event loop are not lost to
 * `process.exit()` or an uncaught exception. Synchronous, and under a millisecond. What others record in exit listeners
 * of their own, after this one, is written as it comes.
 *
 * @returns Call it when there is nothing left to write.
 */
export function writeAtExit(writer: { writeAtOnce(): void }): () => void {
  if (open.size === 0) process.on('exit', writeAll);
  open.add(writer);
  return () => {
    open.delete(writer);
    if (open.size === 0) process.off('exit', writeAll);
  };
}

function writeAll(): void {
  for (const writer of open) writer.writeAtOnce();
}
