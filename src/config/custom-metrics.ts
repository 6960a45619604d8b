import { createRequire } from 'node:module';

import type * as Zod from 'zod';

import { CATEGORIES, defineMetric, type Metric } from '../metrics/define-metric.ts';
import { METRICS } from '../metrics/index.ts';
import { ConfigError, MetricsError } from '../model/errors.ts';
import {
  type AnyField,
  count,
  delta,
  flag,
  id,
  measure,
  name,
  names,
  oneOf,
  required,
  type Unit,
} from '../model/field.ts';
import { isTable } from './strangers.ts';

/** More than any project has declared; keeps a planted file from filling the store with tables. */
const MAX_CUSTOM_METRICS = 100;
/** Kinds that need nothing but a sentence. */
const PLAIN_KINDS = { id, name, flag, count, delta, names } as const;
const UNITS = ['ms', 'seconds', 'usd', 'bytes'] as const satisfies readonly Unit[];
const BUILT_IN: ReadonlySet<string> = new Set(METRICS.map((metric) => metric.name));

export type CustomMetrics = { readonly metrics: readonly Metric[]; readonly problems: readonly ConfigError[] };

/**
 * The metrics that a configuration file declares:
 *
 * ```toml
 * [metrics."build.finished"]
 * doc = "A build ended."
 *
 * [metrics."build.finished".fields]
 * branch = "name"
 * duration_seconds = "measure"            # the unit is the name's last word
 * outcome = ["success", "failure"]        # one of these words
 * artifacts = { kind = "count", doc = "Files it made.", required = true }
 * ```
 *
 * @param declared The file's `metrics` table.
 * @returns The good declarations; each bad one is a problem and leaves the others alone.
 */
export function readCustomMetrics(declared: unknown, path: string): CustomMetrics {
  if (declared === undefined) return { metrics: [], problems: [] };
  const metrics: Metric[] = [];
  const problems: ConfigError[] = [];
  const refuse = (what: string, hint?: string): void => {
    problems.push(new ConfigError('BAD_METRIC', `${what} (${path}).`, hint === undefined ? {} : { hint }));
  };
  const hint = 'Declare one like this: [metrics."build.finished"], then fields.branch = "name".';
  if (!isTable(declared)) {
    refuse('"metrics" is not a table of metrics', hint);
    return { metrics, problems };
  }
  const shape = declarationShape();
  for (const [metricName, declaration] of Object.entries(declared).slice(0, MAX_CUSTOM_METRICS)) {
    if (BUILT_IN.has(metricName)) {
      refuse(`The metric "${metricName}" is built in and cannot be declared anew`, 'Give yours another name.');
      continue;
    }
    const nested = nestedName(metricName, declaration);
    if (nested !== undefined) {
      refuse(`The metric "${nested}" is declared without quotes around its name`, `Write [metrics."${nested}"].`);
      continue;
    }
    const parsed = shape.safeParse(declaration);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        const place = issue.path.length === 0 ? '' : ` at ${issue.path.map(String).join('.')}`;
        refuse(`The metric "${metricName}" is not declared rightly${place}: ${issue.message}`, hint);
      }
      continue;
    }
    try {
      const { fields, doc, category } = parsed.data;
      metrics.push(defineMetric({ name: metricName, category, doc, fields: mapFields(fields) }));
    } catch (cause) {
      if (!(cause instanceof MetricsError)) throw cause;
      refuse(cause.message.replace(/\.$/, ''));
    }
  }
  const left = Object.keys(declared).length - MAX_CUSTOM_METRICS;
  if (left > 0) refuse(`At most ${MAX_CUSTOM_METRICS} metrics can be declared; the last ${left} are left out`);
  return { metrics, problems };
}

type FieldDeclaration = { kind: string; doc: string; required: boolean; words?: string[]; unit?: Unit };

function declarationShape() {
  // Loaded only where a file declares metrics: it takes as long to load as everything else of a command together.
  const { z } = createRequire(import.meta.url)('zod') as typeof Zod;
  const kinds = [...Object.keys(PLAIN_KINDS), 'measure', 'one_of'];
  const kind = z.enum(kinds, { error: () => `the kind of a field is one of ${kinds.join(', ')}` });
  const words = z
    .array(z.string().min(1).max(64), { error: () => 'words are needed, such as ["success", "failure"]' })
    .min(1, 'at least one word is needed')
    .max(64);
  const field = z.union(
    [
      kind.transform((plain): FieldDeclaration => ({ kind: plain, doc: '', required: false })),
      words.transform((list): FieldDeclaration => ({ kind: 'one_of', doc: '', required: false, words: list })),
      z.strictObject({
        kind,
        doc: z.string().max(500).default(''),
        required: z.boolean().default(false),
        words: words.optional(),
        unit: z.enum(UNITS).optional(),
      }),
    ],
    {
      error: () => `a kind (${kinds.join(', ')}), a list of words, or a table with "kind", "doc", "required" is needed`,
    },
  );
  return z.strictObject({
    doc: z.string().max(500).default('Declared in the configuration file.'),
    category: z.enum(CATEGORIES).default('custom'),
    fields: z.record(z.string(), field).default({}),
  });
}

function mapFields(declared: Readonly<Record<string, FieldDeclaration | Omit<FieldDeclaration, 'words' | 'unit'>>>) {
  return Object.fromEntries(
    Object.entries(declared).map(([fieldName, field]) => [fieldName, fieldOf(fieldName, field)]),
  );
}

function fieldOf(fieldName: string, declared: FieldDeclaration): AnyField {
  const field = kindOf(fieldName, declared);
  return declared.required ? required(field) : field;
}

function kindOf(fieldName: string, { kind, doc, words, unit }: FieldDeclaration): AnyField {
  if (kind === 'one_of') return oneOf(words ?? [], doc);
  if (kind !== 'measure') return PLAIN_KINDS[kind as keyof typeof PLAIN_KINDS](doc);
  const byName = UNITS.find((known) => fieldName.endsWith(`_${known}`));
  const known = unit ?? byName;
  if (known === undefined) {
    const endings = UNITS.map((each) => `"_${each}"`).join(', ');
    throw new ConfigError(
      'BAD_METRIC',
      `The measure "${fieldName}" does not say its unit: its name must end in one of ${endings}.`,
    );
  }
  return measure(known, doc);
}

/** `[metrics.build.finished]` is a table "finished" in a table "build", to TOML: the name that was meant. */
function nestedName(key: string, declaration: unknown): string | undefined {
  if (!isTable(declaration) || key.includes('.')) return undefined;
  const inner = Object.entries(declaration).find(([k, v]) => isTable(v) && k !== 'fields');
  return inner === undefined ? undefined : `${key}.${inner[0]}`;
}
