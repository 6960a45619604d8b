/** How a child ended: with a code, or by a signal. */
export type ChildEnd = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** What shells end with when a command is not there, or may not be run. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

/** How a command ended that could not be started. */
export function endOfUnstarted(error: NodeJS.ErrnoException): ChildEnd {
  return { code: error.code === 'ENOENT' ? NOT_FOUND : NOT_RUNNABLE, signal: null };
}

/** Ends this process as the child ended, so that whoever started it sees no difference. */
export function endAlike({ code, signal }: ChildEnd): never {
  if (signal !== null) {
    process.removeAllListeners(signal);
    try {
      process.kill(process.pid, signal);
      // The signal comes when this turn of the event loop looks for it; until then, wait without doing anything.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SIGNAL_MILLIS);
    } catch {
      // A signal that this system does not know.
    }
  }
  process.exit(code ?? 1);
}

const SIGNAL_MILLIS = 200;
