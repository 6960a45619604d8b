/** From 1.6 times down to its inverse: what lies outside is drawn at the edge. */
const SPAN = Math.log(1.6);
const WIDTH = 88;
const HEIGHT = 16;

const placeOf = (ratio: number): number =>
  Math.min(1, Math.max(-1, Math.log(ratio) / SPAN)) * (WIDTH / 2 - 4) + WIDTH / 2;

/** A ratio with its interval beside the line of 1, on a scale of ratios. What it shows stands beside it as text. */
export function IntervalMark({ ratio, low, high }: { ratio: number; low: number; high: number }) {
  const middle = HEIGHT / 2;
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <line x1={WIDTH / 2} x2={WIDTH / 2} y1={0} y2={HEIGHT} stroke="currentColor" strokeOpacity={0.35} />
      <line x1={placeOf(low)} x2={placeOf(high)} y1={middle} y2={middle} stroke="currentColor" strokeWidth={2} />
      <circle cx={placeOf(ratio)} cy={middle} r={4} fill="currentColor" />
    </svg>
  );
}
