import { forecastCoverage } from './forecast-coverage.ts';
import type { BenchOutcome } from './harness.ts';

/** Simulated months; none of them was looked at while the method was tuned. */
const MONTHS = 200;
const HISTORIES = [84, 28] as const;

/** How often the bands of forecasts of spend hold what comes. Measures no time. */
export async function benchForecasts(): Promise<BenchOutcome> {
  const seeds = Array.from({ length: MONTHS }, (_, month) => month + 1);
  const rows = HISTORIES.flatMap((historyDays) =>
    forecastCoverage(seeds, historyDays).map(({ method, horizon, forecasts, held, width, loss }) => {
      const [half = 0, most = 0, nearlyAll = 0] = held.map((part) => 100 * part);
      return { method, historyDays, horizon, forecasts, half, most, nearlyAll, width, loss };
    }),
  );
  const off = rows
    .filter(({ method }) => method === 'ours')
    .flatMap(({ half, most, nearlyAll }) => [half - 50, most - 80, nearlyAll - 95].map(Math.abs));
  return {
    tables: [
      {
        title: `Forecasts of spend on ${MONTHS} simulated months`,
        columns: [
          { key: 'method', label: 'method' },
          { key: 'historyDays', label: 'days known' },
          { key: 'horizon', label: 'to the end of the' },
          { key: 'forecasts', label: 'forecasts' },
          { key: 'half', label: '50 % held, %', digits: 3 },
          { key: 'most', label: '80 % held, %', digits: 3 },
          { key: 'nearlyAll', label: '95 % held, %', digits: 3 },
          { key: 'width', label: 'width of 80 %', digits: 3 },
          { key: 'loss', label: 'pinball loss', digits: 3 },
        ],
        rows,
        notes: [
          'Width and loss are parts of what is usually spent in as many days; of two methods the one with less is better.',
          'linear: the mean of the last four weeks for each day that is left, with a normal band.',
        ],
      },
    ],
    figures: { 'bands of forecasts, points off at most': Math.max(...off) },
  };
}
