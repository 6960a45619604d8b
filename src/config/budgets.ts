import { ConfigError } from '../model/errors.ts';
import type { ConfigTable } from './config-file.ts';
import { closestName } from './did-you-mean.ts';
import { isTable, shown } from './strangers.ts';

const UNITS = ['usd', 'tokens', 'runs'] as const;
/** Dollars and tokens are used by requests to models; a run is one attempt at a task, from its claim on. */
export type BudgetUnit = (typeof UNITS)[number];

const PERIODS = ['day', 'week', 'month'] as const;
/** By the reader's calendar; weeks begin on Monday. */
export type BudgetPeriod = (typeof PERIODS)[number];

const SCOPES = ['cluster', 'node', 'role', 'client', 'model'] as const;
/** Whose usage counts; all of it where a part is absent. */
export type BudgetScope = { readonly [Part in (typeof SCOPES)[number]]?: string | undefined };

/** A limit on what may be used in a period. */
export type Budget = {
  readonly name: string;
  readonly unit: BudgetUnit;
  /** In dollars, tokens or runs. */
  readonly limit: number;
  readonly per: BudgetPeriod;
  readonly scope: BudgetScope;
  /** Percentages of the limit at which its state changes, ascending. */
  readonly stages: readonly number[];
};

const DEFAULT_STAGES = [50, 80, 100];
const MAX_BUDGETS = 100;
const MAX_STAGES = 10;
const MAX_STAGE_PERCENT = 1_000;
const MAX_NAME_LENGTH = 128;
const KEYS: readonly string[] = [...UNITS.map((unit) => `limit_${unit}`), 'per', ...SCOPES, 'stages'];

/** A reason why a budget is left out. */
class Refusal extends Error {}

/**
 * The budgets that a configuration file declares:
 *
 * ```toml
 * [budgets.team]
 * limit_usd = 50                # or limit_tokens, or limit_runs
 * per = "week"                  # "day", "week" or "month"
 * role = "developer"            # or node, cluster, client, model; none of them: everything
 * stages = [50, 80, 100]
 * ```
 *
 * @returns The good ones; each bad one is a problem and leaves the others alone.
 */
export function readBudgets(
  declared: unknown,
  path: string,
): { readonly budgets: readonly Budget[]; readonly problems: readonly ConfigError[] } {
  const budgets: Budget[] = [];
  const problems: ConfigError[] = [];
  if (declared === undefined) return { budgets, problems };
  const hint = 'Declare one like this: [budgets.team], then limit_usd = 50 and per = "week".';
  const refuse = (what: string): void =>
    void problems.push(new ConfigError('BAD_SETTING', `${what} (${path}).`, { hint }));
  if (!isTable(declared)) {
    refuse('"budgets" is not a table of budgets');
    return { budgets, problems };
  }
  for (const [name, given] of Object.entries(declared).slice(0, MAX_BUDGETS)) {
    try {
      budgets.push(budgetOf(name, given));
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      refuse(`The budget ${shown(name)} ${cause.message}`);
    }
  }
  const left = Object.keys(declared).length - MAX_BUDGETS;
  if (left > 0) refuse(`At most ${MAX_BUDGETS} budgets can be declared; the last ${left} are left out`);
  return { budgets, problems };
}

function budgetOf(name: string, given: unknown): Budget {
  if (!isTable(given)) throw new Refusal('is not a table');
  const stranger = Object.keys(given).find((key) => !KEYS.includes(key));
  if (stranger !== undefined) {
    const close = closestName(stranger, KEYS);
    throw new Refusal(
      `has no ${shown(stranger)}; ${close === undefined ? `known are ${KEYS.join(', ')}` : `did you mean ${close}?`}`,
    );
  }
  const limits = UNITS.filter((unit) => given[`limit_${unit}`] !== undefined);
  const [unit] = limits;
  if (unit === undefined || limits.length > 1) throw new Refusal('needs one of limit_usd, limit_tokens or limit_runs');
  const limit = given[`limit_${unit}`];
  const whole = unit === 'usd' || Number.isInteger(limit);
  if (typeof limit !== 'number' || !(limit > 0) || limit > Number.MAX_SAFE_INTEGER || !whole) {
    throw new Refusal(
      `has limit_${unit} = ${shown(limit)}; it must be a ${unit === 'usd' ? '' : 'whole '}number above 0`,
    );
  }
  const per = PERIODS.find((period) => period === given['per']);
  if (per === undefined) throw new Refusal(`has per = ${shown(given['per'])}; it must be one of ${PERIODS.join(', ')}`);
  return {
    name: name.slice(0, MAX_NAME_LENGTH),
    unit,
    limit,
    per,
    scope: scopeOf(given, unit),
    stages: stagesOf(given['stages']),
  };
}

function scopeOf(given: ConfigTable, unit: BudgetUnit): BudgetScope {
  const parts = SCOPES.flatMap((part): [string, string][] => {
    const value = given[part];
    if (value === undefined) return [];
    if (typeof value !== 'string' || value === '' || value.length > MAX_NAME_LENGTH) {
      throw new Refusal(`has ${part} = ${shown(value)}; it must be a name`);
    }
    if (unit === 'runs' && (part === 'client' || part === 'model')) {
      throw new Refusal(`counts runs, which have no ${part}`);
    }
    return [[part, value]];
  });
  return Object.fromEntries(parts);
}

function stagesOf(given: unknown): readonly number[] {
  if (given === undefined) return DEFAULT_STAGES;
  const isStage = (stage: unknown): stage is number =>
    typeof stage === 'number' && stage > 0 && stage <= MAX_STAGE_PERCENT;
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_STAGES || !given.every(isStage)) {
    throw new Refusal(`has stages = ${shown(given)}; they must be percentages such as [50, 80, 100]`);
  }
  return [...new Set(given)].sort((a, b) => a - b);
}
