import { constants } from 'node:sqlite';
import { NAME_FUNCTION } from '../store/sqlite/names/dictionary.ts';
import { SEALED_FUNCTIONS } from '../store/sqlite/answers/sealed-cells.ts';
import { TOTALS_FUNCTION } from '../store/sqlite/answers/views.ts';

/**
 * Functions that statements may call: those that compute from their arguments. Not among them is what loads code,
 * reads files, tells of the engine's insides, or makes large values out of nothing (`zeroblob`, `randomblob`). What
 * can make a value grow (`printf`, `hex`, `replace`) is bounded by the connection's length limit.
 */
const FUNCTIONS: ReadonlySet<string> = new Set(
  `-> ->> abs acos acosh asin asinh atan atan2 atanh avg ceil ceiling char coalesce concat concat_ws cos cosh count
  cume_dist current_date current_time current_timestamp date datetime degrees dense_rank exp first_value floor format
  glob group_concat hex if ifnull iif instr json json_array json_array_insert json_array_length json_error_position
  json_extract json_group_array json_group_object json_insert json_object json_patch json_pretty json_quote json_remove
  json_replace json_set json_type json_valid jsonb jsonb_array jsonb_array_insert jsonb_extract jsonb_group_array
  jsonb_group_object jsonb_insert jsonb_object jsonb_patch jsonb_remove jsonb_replace jsonb_set julianday lag last_value
  lead length like likelihood likely ln log log10 log2 lower ltrim max median min mod nth_value ntile nullif
  octet_length percent_rank percentile percentile_cont percentile_disc pi pow power printf quote radians random rank
  replace round row_number rtrim sign sin sinh sqlite_version sqrt strftime string_agg substr substring sum tan tanh
  time timediff total trim trunc typeof unhex unicode unistr unixepoch unlikely upper`.split(/\s+/),
);

/** Functions of the views, for which statements have no use of their own. */
const VIEW_FUNCTIONS: ReadonlySet<string> = new Set([TOTALS_FUNCTION, NAME_FUNCTION, ...SEALED_FUNCTIONS]);

/** The one setting that a view shows: it is read, as if it were a table. */
const VERSION = 'user_version';

/** Table-valued functions that take JSON apart. */
const TABLE_FUNCTIONS: ReadonlySet<string> = new Set(['json_each', 'json_tree', 'jsonb_each', 'jsonb_tree']);

/** The tables of a connection, as they were before any foreign statement. All names in lower case, as SQLite compares. */
export type KnownTables = {
  /** What statements may read: the documented views of the temporary schema. */
  readonly views: ReadonlySet<string>;
  /** What only those views may read. */
  readonly tables: ReadonlySet<string>;
  /** True while the views' own functions prepare statements, within one of the user's. */
  readonly isOwnRead: () => boolean;
  /** Names of everything else there is to select from: virtual tables of the engine. */
  readonly modules: ReadonlySet<string>;
};

export type AuthorizerCall = (
  action: number,
  first: string | null,
  second: string | null,
  database: string | null,
  within: string | null,
) => number;

/**
 * Decides what a statement may do: select, from the documented views, with functions that compute. Everything that is
 * not named here is refused, so that a new ability of SQLite is refused too.
 *
 * @param onRefusal Told what the statement was not allowed to do, in words.
 */
export function readingAuthorizer(known: KnownTables, onRefusal: (what: string) => void): AuthorizerCall {
  const refuse = (what: string): number => {
    onRefusal(what);
    return constants.SQLITE_DENY;
  };
  /** Tables that a view has read for this statement. */
  const shown = new Set<string>();
  return (action, first, second, database, within) => {
    if (known.isOwnRead()) return constants.SQLITE_OK;
    switch (action) {
      case constants.SQLITE_SELECT:
      case constants.SQLITE_RECURSIVE:
        return constants.SQLITE_OK;
      case constants.SQLITE_FUNCTION:
        return FUNCTIONS.has(second ?? '') || (VIEW_FUNCTIONS.has(second ?? '') && isView(known, within))
          ? constants.SQLITE_OK
          : refuse(`call the function "${second}"`);
      case constants.SQLITE_PRAGMA:
        return first === VERSION && second === null ? constants.SQLITE_OK : refuse(`use PRAGMA ${first}`);
      case constants.SQLITE_READ: {
        const table = (first ?? '').toLowerCase();
        if (mayRead(known, table, second ?? '', database, within)) {
          if (within !== null) shown.add(table);
          return constants.SQLITE_OK;
        }
        // Where only rows of a view are counted, its table is asked for once more: without a column, and without the view.
        if (second === '' && shown.has(table)) return constants.SQLITE_OK;
        return refuse(`read the table "${first}"`);
      }
      default:
        return refuse('do anything but read');
    }
  };
}

function mayRead(
  known: KnownTables,
  table: string,
  column: string,
  database: string | null,
  within: string | null,
): boolean {
  if (TABLE_FUNCTIONS.has(table)) return true;
  if (known.views.has(table) && database !== 'main') return true;
  // Asked without a column, it may be a common table expression, of which only rows are counted.
  if (column === '' && isOwnName(known, table)) return true;
  return (known.tables.has(table) || table === `pragma_${VERSION}`) && isView(known, within);
}

/** A statement can name a common table expression like a view, and read our own tables in it: odd, but harmless. */
function isView(known: KnownTables, within: string | null): boolean {
  return within !== null && known.views.has(within.toLowerCase());
}

/** A name that only the statement itself gave. */
function isOwnName(known: KnownTables, table: string): boolean {
  return !known.tables.has(table) && !known.modules.has(table) && !/^(?:sqlite|pragma)_/.test(table);
}
