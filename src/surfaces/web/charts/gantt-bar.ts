/** Something that lasted, in the lane where it is drawn. */
export type GanttBar = {
  readonly lane: number;
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly colour: string;
  /** What is told of it when it is pointed at, a line each. */
  readonly told: readonly string[];
  /** Drawn paler: it was concluded from other facts. */
  readonly isPale?: boolean;
};
