import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type * as TreeSitterModule from '@vscode/tree-sitter-wasm';
import type { Language as Grammar, Query, Tree } from '@vscode/tree-sitter-wasm';

import { countingQuery, type Language } from './languages.ts';

type TreeSitter = typeof TreeSitterModule;
type Reader = { readonly Parser: TreeSitter['Parser']; readonly grammar: Grammar; readonly query: Query };

/** Work is interrupted so often for whatever else this process serves; inside of one function or class it is not. */
const TURN_MILLIS = 20;
/** A file that takes longer is no text that people write: 512 KiB take some 150 ms. */
const LIMIT_MILLIS = 2_000;
/** Above this share of a text that is no code of its language, what is left tells too little. */
const MAX_UNREADABLE = 0.05;

const require = createRequire(import.meta.url);
const readers = new Map<Language, Promise<Reader>>();
let treeSitter: Promise<TreeSitter> | undefined;

/**
 * The cyclomatic complexity of a text: the sum over its functions of one and the decisions in each (T. J. McCabe, "A
 * Complexity Measure", IEEE Transactions on Software Engineering 2(4), 1976), decisions outside of functions included.
 * Nothing where more than 5 % of the text cannot be parsed, or parsing takes too long. The text is not kept.
 */
export async function measureComplexity(text: string, language: Language): Promise<number | undefined> {
  if (text === '') return 0;
  let tree: Tree | undefined;
  try {
    const reader = await readerOf(language);
    tree = await parse(text, reader);
    if (tree === undefined) return undefined;
    const { points, unreadable } = await countPoints(tree, reader.query);
    return unreadable > text.length * MAX_UNREADABLE ? undefined : points;
  } catch {
    return undefined;
  } finally {
    tree?.delete();
  }
}

async function parse(text: string, { Parser, grammar }: Reader): Promise<Tree | undefined> {
  const parser = new Parser();
  try {
    parser.setLanguage(grammar);
    let leftMillis = LIMIT_MILLIS;
    while (leftMillis > 0) {
      await nextTurn();
      const began = performance.now();
      // Goes on where it was interrupted.
      const tree = parser.parse(text, null, { progressCallback: () => performance.now() - began > TURN_MILLIS });
      if (tree !== null) return tree;
      leftMillis -= performance.now() - began;
    }
    return undefined;
  } finally {
    parser.delete();
  }
}

async function countPoints(tree: Tree, query: Query): Promise<{ points: number; unreadable: number }> {
  const { rootNode } = tree;
  if (rootNode.isError) return { points: 0, unreadable: Infinity };
  const counted = { points: 0, unreadable: 0 };
  let began = performance.now();
  // One by one, so that a turn ends between two of them. No pattern begins above.
  for (const top of rootNode.namedChildren) {
    if (top === null) continue;
    if (performance.now() - began > TURN_MILLIS) {
      await nextTurn();
      began = performance.now();
    }
    let unreadableTo = 0;
    let ignoredTo = 0;
    // They come in the order of the text, what holds others first.
    for (const { name, node } of query.captures(top)) {
      if (name === 'point' && node.startIndex >= ignoredTo) counted.points += 1;
      if (name === 'ignored') ignoredTo = Math.max(ignoredTo, node.endIndex);
      if (name !== 'error' || node.endIndex <= unreadableTo) continue;
      counted.unreadable += node.endIndex - Math.max(node.startIndex, unreadableTo);
      unreadableTo = node.endIndex;
    }
  }
  return counted;
}

/** Loads a grammar at the first file that needs it; none is ever loaded twice. */
function readerOf(language: Language): Promise<Reader> {
  let reader = readers.get(language);
  if (reader === undefined) {
    reader = loadReader(language);
    readers.set(language, reader);
  }
  return reader;
}

async function loadReader(language: Language): Promise<Reader> {
  treeSitter ??= loadTreeSitter();
  const loaded = await treeSitter;
  const file = require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${language.grammar}.wasm`);
  const grammar = await loaded.Language.load(file);
  return {
    Parser: loaded.Parser,
    grammar,
    query: new loaded.Query(grammar, `${countingQuery(language)}\n(ERROR) @error`),
  };
}

async function loadTreeSitter(): Promise<TreeSitter> {
  // Its exports are not found by `import`.
  const loaded = require('@vscode/tree-sitter-wasm') as TreeSitter;
  await loaded.Parser.init();
  return loaded;
}
