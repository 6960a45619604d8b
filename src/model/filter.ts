/** A value a filter compares with. */
export type FilterValue = string | number | boolean;

/**
 * One condition on a field. Conditions are joined by "and".
 *
 * Negations (`ne`, `not_in`, `not_prefix`) are the complement: they hold for an event that lacks the field.
 * All others need the field to be present.
 */
export type Filter =
  | { readonly field: string; readonly op: 'eq' | 'ne'; readonly value: FilterValue }
  | { readonly field: string; readonly op: 'in' | 'not_in'; readonly values: readonly FilterValue[] }
  | { readonly field: string; readonly op: 'lt' | 'lte' | 'gt' | 'gte'; readonly value: number }
  | { readonly field: string; readonly op: 'prefix' | 'not_prefix'; readonly value: string }
  | { readonly field: string; readonly op: 'present' | 'absent' };
