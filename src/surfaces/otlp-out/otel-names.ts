import type { BaseUnit } from '../exposition/family.ts';

/** Families that OpenTelemetry's conventions have a name for, with the same meaning and the same kind of instrument. */
const METRIC_NAMES: Readonly<Record<string, string>> = {
  'amicus.tokens.consumed.duration': 'gen_ai.client.operation.duration',
  'amicus.tool.called.duration': 'gen_ai.execute_tool.duration',
};

const ATTRIBUTE_NAMES: Readonly<Record<string, string>> = {
  model: 'gen_ai.response.model',
  tool: 'gen_ai.tool.name',
  task_id: 'amicus.task_id',
};
/** What a label called `type` means is told by its family. */
const TOKEN_TYPE = { family: 'amicus.usage.tokens', label: 'type', name: 'gen_ai.token.type' } as const;

const UNITS: Readonly<Record<BaseUnit, string>> = { seconds: 's', bytes: 'By', dollars: 'USD' };

/** A family's name by the conventions where they have one, else its own. */
export function metricName(dotted: string): string {
  return METRIC_NAMES[dotted] ?? dotted;
}

/** An attribute's name by the conventions where they have one, else in our own namespace. */
export function attributeName(dotted: string, label: string): string {
  if (dotted === TOKEN_TYPE.family && label === TOKEN_TYPE.label) return TOKEN_TYPE.name;
  return ATTRIBUTE_NAMES[label] ?? `amicus.${label}`;
}

/** A unit as UCUM writes it; `1` for what is only counted. */
export function unitName(unit: BaseUnit | undefined): string {
  return unit === undefined ? '1' : UNITS[unit];
}
