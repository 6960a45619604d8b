/** A range that holds the outcome with a chance of `level`. */
type Band = { readonly level: number; readonly low: number; readonly high: number };

/** Room beyond the largest figure, so that its mark is seen. */
const ROOM = 1.04;

/**
 * How much of a limit is used, and where a forecast says it will end: the bar is used, the bands are 50, 80 and 95 %, the
 * line across is the limit, the small marks its stages. What it shows stands as text beside it.
 *
 * @param label The same in a sentence.
 */
export function BandBar({
  label,
  used,
  limit,
  stages = [],
  middle,
  bands = [],
}: {
  label: string;
  used: number;
  limit?: number | undefined;
  /** Percentages of the limit. */
  stages?: readonly number[];
  middle?: number | undefined;
  bands?: readonly Band[];
}) {
  const most = Math.max(used, limit ?? 0, middle ?? 0, ...bands.map(({ high }) => high)) * ROOM;
  const place = (value: number): number => (most === 0 ? 0 : Math.min(100, (value / most) * 100));
  return (
    <svg className="band-bar" viewBox="0 0 100 16" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect className="band-track" x={0} y={4} width={100} height={8} />
      {bands.map(({ level, low, high }) => (
        <rect key={level} className="band-range" x={place(low)} y={2} width={place(high) - place(low)} height={12} />
      ))}
      <rect
        className={limit !== undefined && used > limit ? 'band-over' : 'band-used'}
        x={0}
        y={4}
        width={place(used)}
        height={8}
      />
      {limit === undefined
        ? null
        : stages.map((stage) => (
            <rect key={stage} className="band-stage" x={place((limit * stage) / 100)} y={13} width={0.25} height={3} />
          ))}
      {limit === undefined ? null : <rect className="band-limit" x={place(limit)} y={0} width={0.35} height={16} />}
      {middle === undefined ? null : <rect className="band-middle" x={place(middle)} y={1} width={0.5} height={14} />}
    </svg>
  );
}
