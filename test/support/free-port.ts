import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give to whoever asks for any, so that no other test comes by one of these. */
const FIRST = 10_000;
const LAST = 32_000;

/** A port that is free, for what must be told one. Drawn, so that two tests at the same moment do not get the same. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (await canTake(port)) return port;
  }
}

function canTake(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
