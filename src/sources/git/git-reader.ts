import { execFile } from 'node:child_process';

/** One look asks several things; none of them may take longer than this in all. */
const LIMIT_MILLIS = 5_000;
/** Names and figures of some 300,000 files. */
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;

/** All that git needs of our variables. GIT_DIR and its kin would lead it elsewhere, GIT_TRACE would make it write. */
const KEPT_VARIABLES = ['PATH', 'HOME', 'USERPROFILE', 'XDG_CONFIG_HOME', 'SYSTEMROOT', 'TMPDIR', 'TEMP'] as const;

/** Settings by which a repository could make git run something, fetch something or write, all off. */
const OFF: readonly (readonly [string, string])[] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.untrackedCache', 'false'],
  ['core.quotePath', 'false'],
  ['diff.external', ''],
  ['protocol.allow', 'never'],
  ['log.showSignature', 'false'],
];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Asks git about one working tree, for the length of one look. Never runs code of the repository and never writes to
 * it: hooks, filters, external diffs, text conversion, file watchers and fetching are off, and no lock is taken.
 */
export class GitReader {
  readonly #folder: string;
  readonly #environment: Environment;
  readonly #untilMillis = performance.now() + LIMIT_MILLIS;
  #filtersOff: Promise<readonly (readonly [string, string])[]> | undefined;

  constructor(folder: string, environment: Environment) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** What git wrote, or nothing when it failed, took too long or wrote too much. */
  async read(...args: readonly string[]): Promise<string | undefined> {
    return (await this.#runOff(args))?.toString('utf8');
  }

  /** Files as they were committed, by their hashes. Nothing when git failed, took too long or wrote too much. */
  async readFiles(hashes: readonly string[]): Promise<ReadonlyMap<string, Buffer> | undefined> {
    if (hashes.length === 0) return new Map();
    const written = await this.#runOff(['cat-file', '--batch'], hashes.map((hash) => `${hash}\n`).join(''));
    return written && parseFiles(written);
  }

  async #runOff(args: readonly string[], input = ''): Promise<Buffer | undefined> {
    this.#filtersOff ??= this.#findFilters();
    return this.#run(args, [...OFF, ...(await this.#filtersOff)], input);
  }

  /** Filters are programs that the configuration names, so they are switched off by their names. */
  async #findFilters(): Promise<readonly (readonly [string, string])[]> {
    const written = await this.#run(['config', '-z', '--name-only', '--get-regexp', '^filter\\.'], OFF, '');
    const listed = written?.toString('utf8') ?? '';
    const names = new Set(listed.split('\0').map((key) => key.slice(0, Math.max(key.lastIndexOf('.'), 0))));
    names.delete('');
    return [...names].flatMap(
      (name) =>
        [
          [`${name}.clean`, ''],
          [`${name}.smudge`, ''],
          [`${name}.process`, ''],
          [`${name}.required`, 'false'],
        ] as const,
    );
  }

  #run(
    args: readonly string[],
    settings: readonly (readonly [string, string])[],
    input: string,
  ): Promise<Buffer | undefined> {
    const timeout = Math.ceil(this.#untilMillis - performance.now());
    if (timeout <= 0) return Promise.resolve(undefined);
    const env: Record<string, string | undefined> = {
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      GIT_NO_LAZY_FETCH: '1',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_CONFIG_COUNT: String(settings.length),
    };
    for (const name of KEPT_VARIABLES) env[name] = this.#environment[name];
    for (const [index, [key, value]] of settings.entries()) {
      env[`GIT_CONFIG_KEY_${index}`] = key;
      env[`GIT_CONFIG_VALUE_${index}`] = value;
    }
    const options = { cwd: this.#folder, env, timeout, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const;
    return new Promise((resolve) => {
      const asked = { ...options, encoding: 'buffer', windowsHide: true } as const;
      const git = execFile('git', ['--no-pager', ...args], asked, (error, stdout) => {
        resolve(error === null ? stdout : undefined);
      });
      // Git that ends before it has read all fails by its code, or has answered.
      git.stdin?.on('error', () => undefined);
      git.stdin?.end(input);
    });
  }
}

/** The output of `git cat-file --batch`: a line of hash, kind and size, as many bytes, and the end of a line. */
function parseFiles(written: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at < written.length;) {
    const end = written.indexOf('\n', at);
    if (end < 0) break;
    const [, hash, size] = /^([\da-f]+) blob (\d+)$/.exec(written.toString('latin1', at, end)) ?? [];
    at = end + 1;
    if (hash === undefined) continue;
    files.set(hash, written.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return files;
}
