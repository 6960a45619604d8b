import type { IncomingMessage } from 'node:http';
import { createGunzip, type Gunzip } from 'node:zlib';

/**
 * Largest body, before and after inflating. Real pushes are up to 1.2 MB, with contents switched on some 10 MB. Servers
 * that only pass telemetry on take more; here a body is decoded in one go, at up to 50 ms a megabyte, while the same
 * thread serves all others and follows the cluster. It is also what bounds memory: four such bodies at once.
 */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** What all bodies that are being received may take together. */
const MAX_TOTAL_BYTES = 4 * MAX_BODY_BYTES;

/** Why a body was not read. */
export type BodyProblem = { readonly status: 400 | 413 | 415 | 503; readonly problem: string };

const TOO_LARGE: BodyProblem = {
  status: 413,
  problem: `The body is larger than ${MAX_BODY_BYTES / 1024 / 1024} MiB.`,
};

/** Reads bodies, and bounds what they take together. */
export class BodyReader {
  #totalBytes = 0;

  /** The body, inflated. Never throws; what is left unread after a problem is the caller's to discard. */
  async read(request: IncomingMessage): Promise<Buffer | BodyProblem> {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity' && encoding !== 'gzip') {
      return { status: 415, problem: 'The content encoding is neither gzip nor identity.' };
    }
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return TOO_LARGE;
    let takenBytes = 0;
    const take = (count: number): BodyProblem | undefined => {
      takenBytes += count;
      this.#totalBytes += count;
      if (takenBytes > MAX_BODY_BYTES) return TOO_LARGE;
      if (this.#totalBytes <= MAX_TOTAL_BYTES) return undefined;
      return { status: 503, problem: 'Too much is being received at the moment.' };
    };
    try {
      return await (encoding === 'gzip' ? inflated(request, take) : plain(request, take));
    } finally {
      this.#totalBytes -= takenBytes;
    }
  }
}

type Take = (count: number) => BodyProblem | undefined;

const CUT_SHORT: BodyProblem = { status: 400, problem: 'The body ended before its end.' };

function plain(request: IncomingMessage, take: Take): Promise<Buffer | BodyProblem> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const onData = (part: Buffer): void => {
      const problem = take(part.length);
      if (problem === undefined) parts.push(part);
      else finish(problem);
    };
    const finish = (result: Buffer | BodyProblem): void => {
      request.off('data', onData);
      resolve(result);
    };
    request.on('data', onData);
    request.once('end', () => finish(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)));
    request.once('error', () => finish(CUT_SHORT));
    request.once('close', () => finish(CUT_SHORT));
  });
}

/** Inflates while reading and stops at the bound, so that a bomb costs no more than an honest body. */
function inflated(request: IncomingMessage, take: Take): Promise<Buffer | BodyProblem> {
  return new Promise((resolve) => {
    const gunzip: Gunzip = createGunzip();
    const parts: Buffer[] = [];
    let compressedBytes = 0;
    let isOver = false;
    const finish = (result: Buffer | BodyProblem): void => {
      if (isOver) return;
      isOver = true;
      request.unpipe(gunzip);
      gunzip.destroy();
      resolve(result);
    };
    request.on('data', (part: Buffer) => {
      compressedBytes += part.length;
      if (compressedBytes > MAX_BODY_BYTES) finish(TOO_LARGE);
    });
    gunzip.on('data', (part: Buffer) => {
      const problem = take(part.length);
      if (problem === undefined) parts.push(part);
      else finish(problem);
    });
    gunzip.once('end', () => finish(Buffer.concat(parts)));
    gunzip.once('error', () => finish({ status: 400, problem: 'The body is not gzip, or is damaged.' }));
    request.once('error', () => finish(CUT_SHORT));
    request.once('close', () => {
      if (!request.complete) finish(CUT_SHORT);
    });
    request.pipe(gunzip);
  });
}
