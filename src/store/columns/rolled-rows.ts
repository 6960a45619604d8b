import type { CodedCells } from './chunk.ts';

export const HOURS_PER_DAY = 24;
/** 0 to 23. */
export const HOURS_OF_DAY: readonly number[] = Array.from({ length: HOURS_PER_DAY }, (_, hour) => hour);

/** Figures of one field for each row, in stored steps. Least, greatest and sum are NaN beside a count of 0. */
export type RolledFigures = {
  /** How many of the row's events have the field. */
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly least: Float64Array;
  readonly greatest: Float64Array;
};

/** A sketch of the values of one field: see QuantileSketch for the keys of buckets. */
export type FlatSketch = {
  /** How many values count as zero. */
  readonly zeros: number;
  /** Buckets that have values: ascending. */
  readonly keys: Int32Array;
  /** How many values each of them has. */
  readonly counts: Float64Array;
};

/**
 * A part of the events of one metric and UTC day, summed up: one row for each hour and each combination of its
 * dimensions that occurs in the hour, in order of the hour. What is given out must not be changed.
 */
export interface RolledRows {
  /** At most 65,535, so that codes have room for as many keys. */
  readonly rows: number;
  /** How many rows are of each hour. */
  hours(): Float64Array;
  /** How many events each row stands for. */
  events(): Float64Array;
  /** Cells of a dimension; `undefined` for one that the metric did not have. */
  dimension(name: string): CodedCells | undefined;
  figures(field: string): RolledFigures | undefined;
  /** Of all rows of the day, in all its parts: only the first part has it. */
  daySketch(field: string): FlatSketch | undefined;
  /** The same by hour: 24 of them. */
  hourSketches(field: string): readonly FlatSketch[] | undefined;
}
