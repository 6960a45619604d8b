import type { FieldKind, Unit } from '../../model/field.ts';

/**
 * How a field is kept in its column. Column names are the fields' own.
 *
 * `id`, `name`, `one_of`: number of the string in `dict`. `names`: JSON array of such numbers, as text.
 * `flag`: 0 or 1. `count`, `delta`: the number. `measure`: value × scale, rounded. Absent: NULL.
 */
export type Column = {
  readonly name: string;
  readonly kind: FieldKind;
  readonly unit: Unit | undefined;
  readonly scale: number;
};
