import { once } from 'node:events';
import { connect } from 'node:net';

/** What a socket answers to bytes as they are, up to its end or to a pause. */
export async function rawAnswer(port: number, bytes: string | Buffer, pauseMillis = 300): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes);
  let answer = '';
  socket.on('data', (part: Buffer) => {
    answer += part.toString('latin1');
  });
  socket.setTimeout(pauseMillis, () => socket.destroy());
  await once(socket, 'close').catch(() => undefined);
  return answer;
}
