import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The rooms that each room may import, besides itself. The same table stands in ARCHITECTURE.md. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  metrics: ['model'],
  pricing: ['model'],
  store: ['model', 'metrics'],
  intake: ['model', 'metrics', 'store'],
  sources: ['model', 'metrics', 'pricing'],
  query: ['model', 'metrics', 'store'],
  analysis: ['model', 'metrics', 'pricing', 'query'],
  config: ['model', 'metrics'],
  'metrics-collector': ['model', 'metrics', 'pricing', 'store', 'intake', 'sources', 'query', 'analysis', 'config'],
  index: ['model', 'metrics', 'store', 'query', 'metrics-collector'],
  bus: ['model', 'metrics-collector'],
  example: ['model', 'metrics', 'pricing', 'bus'],
  surfaces: [
    'model',
    'metrics',
    'pricing',
    'sources',
    'query',
    'analysis',
    'config',
    'metrics-collector',
    'example',
    'bus',
  ],
};

/**
 * The same for the rooms within the store, from the lowest up: its folders and single files, and the rooms of
 * `src/store/sqlite`, of which `sqlite` is what joins them. src/store/README.md says what is in each.
 */
const STORE_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  store: [],
  'own-folder': [],
  columns: [],
  spool: [],
  bulk: ['spool'],
  file: ['spool'],
  names: ['columns', 'file'],
  rows: ['store', 'columns', 'file', 'names'],
  blocks: ['store', 'columns', 'file', 'rows'],
  fold: ['store', 'columns', 'file', 'names', 'rows', 'blocks'],
  rollups: ['store', 'columns', 'file', 'names', 'rows', 'blocks', 'fold'],
  open: ['own-folder', 'columns', 'file', 'rows', 'rollups'],
  drain: ['store', 'own-folder', 'columns', 'spool', 'bulk', 'file', 'names', 'rows', 'blocks'],
  answers: ['store', 'columns', 'spool', 'file', 'names', 'rows', 'blocks', 'fold', 'rollups', 'open'],
  upkeep: ['store', 'columns', 'spool', 'file', 'names', 'rows', 'blocks', 'rollups', 'drain'],
  forget: ['store', 'columns', 'spool', 'file', 'names', 'rows', 'blocks', 'rollups', 'drain', 'upkeep'],
  sqlite: [
    'store',
    'spool',
    'bulk',
    'file',
    'names',
    'rows',
    'blocks',
    'fold',
    'rollups',
    'open',
    'drain',
    'answers',
    'upkeep',
    'forget',
  ],
  'kept-store': ['store', 'sqlite'],
};

/** Folders whose members are alike: each file is a line of the folder's index. Files named here are not members. */
const CATALOGUES: Readonly<Record<string, readonly string[]>> = {
  'src/metrics': ['define-metric.ts'],
  'src/analysis/advice/rules': [],
  'src/surfaces/api/routes': [],
  'src/surfaces/cli/commands': [],
  'src/surfaces/api/changes': [],
  'src/surfaces/mcp/tools': ['tool.ts'],
};

const MAX_SOURCE_LINES = 300;
const P90_SOURCE_LINES = 220;
const MAX_TEST_LINES = 400;
const FORBIDDEN_NAMES =
  /\b(utils?|helpers?|common|shared|misc|(?<!as-)manager|service|handler|processor|types|constants)\b/;

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('fixtures'))
    .map((name) => join(folder, name));
}

const SOURCES = filesOf('src');
const read = (path: string): string => readFileSync(path, 'utf8');
const linesOf = (path: string): number => read(path).trimEnd().split('\n').length;
const roomOf = (path: string): string => relative('src', path).split('/')[0]?.replace(/\.ts$/, '') ?? '';
/** A folder by its own name, files that lie in none by theirs. */
const storeRoomOf = (path: string): string =>
  dirname(path) === 'src/store' ? basename(path, '.ts') : basename(dirname(path));

/** Files that declare a detector: the others beside them are what detectors share. */
const DETECTORS = filesOf('src/analysis/detectors').filter((path) => read(path).includes('= defineDetector({'));

/** Paths that a file imports from our own sources, types and dynamic imports included. */
function importsOf(path: string): string[] {
  const found = read(path).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...found].map(([, target]) => join(dirname(path), target ?? ''));
}

describe('the house', () => {
  it('has only rooms that the table names', () => {
    expect([...new Set(SOURCES.map(roomOf))].filter((room) => MAY_IMPORT[room] === undefined)).toEqual([]);
  });

  it('imports one way, as the table says', () => {
    const wrong = SOURCES.flatMap((path) => {
      const allowed = MAY_IMPORT[roomOf(path)] ?? [];
      return importsOf(path)
        .filter((target) => roomOf(target) !== roomOf(path) && !allowed.includes(roomOf(target)))
        .map((target) => `${path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('imports one way within the store, as its table says', () => {
    const files = SOURCES.filter((path) => roomOf(path) === 'store');
    const wrong = files.flatMap((path) => {
      const room = storeRoomOf(path);
      return importsOf(path)
        .filter((target) => roomOf(target) === 'store' && storeRoomOf(target) !== room)
        .filter((target) => STORE_MAY_IMPORT[room]?.includes(storeRoomOf(target)) !== true)
        .map((target) => `${path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
    const rooms = Object.keys(STORE_MAY_IMPORT);
    expect(rooms.toSorted()).toEqual([...new Set(files.map(storeRoomOf))].toSorted());
    const upwards = Object.entries(STORE_MAY_IMPORT).filter(([room, allowed]) =>
      allowed.some((other) => rooms.indexOf(other) >= rooms.indexOf(room)),
    );
    expect(upwards).toEqual([]);
  });

  it('lists the rooms of the store in its README from the lowest up, with every file', () => {
    const page = read('src/store/README.md');
    const folders = readdirSync('src/store/sqlite', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const rooms = Object.keys(STORE_MAY_IMPORT).filter((room) => folders.some(({ name }) => name === room));
    const lines = page.split('\n').filter((line) => rooms.some((room) => line.startsWith(`| \`${room}\` |`)));
    expect(lines.map((line) => line.split('`')[1])).toEqual(rooms);
    const unlisted = rooms.flatMap((room, at) =>
      filesOf(join('src/store/sqlite', room)).filter((path) => lines[at]?.includes(`\`${basename(path)}\``) !== true),
    );
    expect(unlisted).toEqual([]);
  });

  it('imports only files that are there', () => {
    const missing = SOURCES.flatMap((path) => importsOf(path).filter((target) => !existsSync(target)));
    expect(missing).toEqual([]);
  });

  it('shows the table in ARCHITECTURE.md as it is checked here', () => {
    const page = read('ARCHITECTURE.md');
    const missing = Object.entries(MAY_IMPORT)
      .filter(([room]) => SOURCES.some((path) => roomOf(path) === room))
      .filter(
        ([room, allowed]) =>
          !page.includes(
            `| \`${room}\` | ${allowed.filter((name) => SOURCES.some((path) => roomOf(path) === name)).join(', ') || 'nothing'} |`,
          ),
      )
      .map(([room]) => room);
    expect(missing).toEqual([]);
  });

  for (const [folder, apart] of Object.entries(CATALOGUES)) {
    it(`lists every file of ${folder} in its index`, () => {
      const index = read(join(folder, 'index.ts'));
      const members = filesOf(folder).filter((path) => dirname(path) === folder && basename(path) !== 'index.ts');
      const unlisted = members.filter(
        (path) => !apart.includes(basename(path)) && !index.includes(`'./${basename(path)}'`),
      );
      expect(unlisted).toEqual([]);
    });
  }

  it('lists every detector in its index, with advice for each', () => {
    const [detectors, rules] = ['src/analysis/detectors/index.ts', 'src/analysis/advice/rules/index.ts'].map(read);
    const missing = DETECTORS.filter((path) => {
      const line = `'./${basename(path)}'`;
      return detectors?.includes(line) !== true || rules?.includes(line) !== true;
    });
    expect(DETECTORS.length).toBeGreaterThan(15);
    expect(missing).toEqual([]);
  });

  it(`keeps source files to ${MAX_SOURCE_LINES} lines and nine of ten to ${P90_SOURCE_LINES}`, () => {
    const lengths = SOURCES.map((path) => ({ path, lines: linesOf(path) }));
    expect(lengths.filter(({ lines }) => lines > MAX_SOURCE_LINES)).toEqual([]);
    const ascending = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(ascending[Math.floor(ascending.length * 0.9)] ?? 0).toBeLessThanOrEqual(P90_SOURCE_LINES);
  });

  it(`keeps test files to ${MAX_TEST_LINES} lines`, () => {
    expect(filesOf('test').filter((path) => linesOf(path) > MAX_TEST_LINES)).toEqual([]);
  });

  it('names files for what they hold', () => {
    expect(SOURCES.filter((path) => FORBIDDEN_NAMES.test(relative('src', path)))).toEqual([]);
    expect(SOURCES.filter((path) => !/^[a-z0-9-]+\.tsx?$/.test(basename(path)))).toEqual([]);
  });

  it('has no default exports and no wildcard exports', () => {
    expect(SOURCES.filter((path) => /^export (default|\* from)/m.test(read(path)))).toEqual([]);
  });
});
