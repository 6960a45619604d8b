import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Plays the server's side of a recorded session: `mcp-server-child.ts <script.json>`. Writes `output` to standard output
 * and `errors` to standard error in the given pieces, keeps a hash of its input in `inputHash`, and ends as it is told.
 */
export type Script = {
  readonly output: readonly string[];
  readonly errors: readonly string[];
  readonly inputHash: string;
  readonly code: number;
  readonly signal?: NodeJS.Signals;
};

const script = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Script;
const hash = createHash('sha256');
process.stdin.on('data', (chunk: Buffer) => void hash.update(chunk));
for (const piece of script.output) process.stdout.write(Buffer.from(piece, 'base64'));
for (const piece of script.errors) process.stderr.write(Buffer.from(piece, 'base64'));
process.stdin.on('end', () => {
  writeFileSync(script.inputHash, hash.digest('hex'));
  process.stdout.write('', () => {
    if (script.signal !== undefined) process.kill(process.pid, script.signal);
    else process.exit(script.code);
  });
});
