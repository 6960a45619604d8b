import { hash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** A file of the dashboard, ready to be sent. */
type WebFile = {
  readonly body: Buffer;
  readonly zipped: Buffer | undefined;
  readonly headers: Readonly<Record<string, string>>;
};

/** An answer with a file. */
export type WebAnswer = { readonly status: 200 | 304; readonly body: Buffer; readonly headers: Record<string, string> };

/** What stands in the page where the nonce of an answer belongs. */
const NONCE_MARK = '__CSP_NONCE__';
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};
/** Already packed, and small ones gain nothing. */
const ZIPPED: ReadonlySet<string> = new Set(['.js', '.css', '.svg', '.html']);
const MIN_ZIPPED_BYTES = 1_024;
/** Names of built files carry a hash of what is in them. */
const HASHED = /-[\w-]{8,}\.\w+$/;

/** The folder of the built dashboard: `dist/web` of this package, from the sources as from the build. */
function builtFolder(): string {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    if (existsSync(new URL('package.json', folder))) return fileURLToPath(new URL('dist/web', folder));
    if (folder.pathname === '/') return fileURLToPath(new URL('web', import.meta.url));
  }
}

/**
 * The files of the dashboard, by the path they are asked for. A path that was not read here at the start leads nowhere,
 * so that none can lead out of the folder.
 */
export class WebFiles {
  readonly #files: ReadonlyMap<string, WebFile>;
  readonly #page: string | undefined;

  constructor(folder = builtFolder()) {
    this.#files = readFiles(folder);
    this.#page = this.#files.get('/index.html')?.body.toString();
  }

  /** False where the dashboard was not built. */
  get isBuilt(): boolean {
    return this.#page !== undefined;
  }

  /** The page itself, with a nonce of its own. */
  page(): { readonly html: string; readonly nonce: string } | undefined {
    if (this.#page === undefined) return undefined;
    const nonce = randomBytes(16).toString('base64');
    return { html: this.#page.replaceAll(NONCE_MARK, nonce), nonce };
  }

  /** A file by its path, exactly; nothing for any other. */
  file(path: string, acceptEncoding = '', ifNoneMatch = ''): WebAnswer | undefined {
    const file = path === '/index.html' ? undefined : this.#files.get(path);
    if (file === undefined) return undefined;
    const { body, zipped, headers } = file;
    if (ifNoneMatch === headers['etag']) return { status: 304, body: Buffer.alloc(0), headers: { ...headers } };
    const isZipped = zipped !== undefined && /\bgzip\b/.test(acceptEncoding);
    return isZipped
      ? { status: 200, body: zipped, headers: { ...headers, 'content-encoding': 'gzip' } }
      : { status: 200, body, headers: { ...headers } };
  }
}

function readFiles(folder: string): Map<string, WebFile> {
  const files = new Map<string, WebFile>();
  for (const path of existsSync(folder) ? filesBelow(folder) : []) {
    const extension = extname(path);
    const contentType = CONTENT_TYPES[extension];
    // Of other kinds, such as source maps, there is nothing to be had.
    if (contentType === undefined) continue;
    const body = readFileSync(path);
    files.set(`/${relative(folder, path).split(sep).join('/')}`, {
      body,
      zipped: ZIPPED.has(extension) && body.length >= MIN_ZIPPED_BYTES ? gzipSync(body, { level: 9 }) : undefined,
      headers: {
        'content-type': contentType,
        etag: `"${hash('sha256', body, 'base64url').slice(0, 27)}"`,
        vary: 'accept-encoding',
        'cache-control': HASHED.test(path) ? 'private, max-age=31536000, immutable' : 'private, no-cache',
      },
    });
  }
  return files;
}

/** Files of a folder and of those in it. Links are followed nowhere, unlike by Node's own recursive way. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}
