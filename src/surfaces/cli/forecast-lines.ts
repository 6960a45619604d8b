import { type BacklogForecast, MAX_HOURS } from '../../analysis/forecast/backlog-forecast.ts';
import type { Band } from '../../analysis/forecast/bands.ts';
import type { ForecastReport, SpendOutlook } from '../../analysis/reports/forecast-report.ts';
import type { AnswerColumn } from './print-rows.ts';
import { bandBar } from './terminal/band-bar.ts';
import { ABSENT, formatCount, formatMany, formatNumber, formatSeconds, formatUsd } from './terminal/units.ts';

const BAR_WIDTH = 24;
/** Columns of a terminal that the table needs with bars, with all bands as well, and with limits in addition. */
const WIDTH_WITH_BARS = 80;
const WIDTH_WITH_ALL_BANDS = 125;
const WIDTH_OF_LIMITS = 22;
const PERIOD_WORDS = { day: 'today', week: 'this week', month: 'this month' } as const;

/** `80 %` of 0.8. */
export const percent = (part: number): string => `${Math.round(part * 100)} %`;

function amount({ unit }: Pick<SpendOutlook, 'unit'>, value: number): string {
  return unit === 'usd' ? formatUsd(value) : formatCount(Math.round(value));
}

/** What the row is called: the budget, or the period of all spend. */
function nameOf({ budget, per }: SpendOutlook): string {
  return budget === undefined ? PERIOD_WORDS[per] : `${budget}, ${PERIOD_WORDS[per]}`;
}

/** Whether a forecast may be relied on. What failed in the past is not shown to people. */
const isShown = (row: SpendOutlook): row is SpendOutlook & { state: 'ready' } =>
  row.state === 'ready' && row.trust !== 'failing';

const bandAt = (bands: readonly Band[], level: number): Band | undefined => bands.find((one) => one.level === level);

const hasLimits = (rows: readonly SpendOutlook[]): boolean => rows.some(({ limit }) => limit !== undefined);

/** Whether a table of spend shows bars, whose signs then want a word. */
export function showsBars(rows: readonly SpendOutlook[], width: number | undefined): boolean {
  const bars = spendColumns(rows, width).some(({ key, title }) => key === 'bar' && title !== undefined);
  return bars && rows.some(isShown);
}

/** Columns of a table of spend that fits a width. Limits only where there is one. */
export function spendColumns(rows: readonly SpendOutlook[], width: number | undefined): AnswerColumn<SpendOutlook>[] {
  const limited = hasLimits(rows);
  const room = (width ?? Number.POSITIVE_INFINITY) - (limited ? WIDTH_OF_LIMITS : 0);
  const band = (level: number, isWanted: boolean): AnswerColumn<SpendOutlook>[] => {
    const edge = (row: SpendOutlook, side: 'low' | 'high'): number | undefined =>
      row.state === 'ready' ? bandAt(row.total.bands, level)?.[side] : undefined;
    const name = `p${Math.round(level * 100)}`;
    return [
      { key: `${name}_low`, raw: (row) => edge(row, 'low') },
      { key: `${name}_high`, raw: (row) => edge(row, 'high') },
      {
        key: name,
        ...(isWanted ? { title: percent(level) } : {}),
        align: 'right',
        raw: () => undefined,
        show: (row) => {
          const [low, high] = [edge(row, 'low'), edge(row, 'high')];
          return !isShown(row) || low === undefined || high === undefined
            ? ABSENT
            : `${amount(row, low)} to ${amount(row, high)}`;
        },
      },
    ];
  };
  return [
    { key: 'budget', raw: ({ budget }) => budget },
    { key: 'per', raw: ({ per }) => per },
    { key: 'unit', raw: ({ unit }) => unit },
    { key: 'state', raw: (row) => (row.state === 'ready' ? row.trust : row.state) },
    { key: 'what', title: 'spend', raw: nameOf },
    {
      key: 'bar',
      ...(room >= WIDTH_WITH_BARS ? { title: '' } : {}),
      raw: () => undefined,
      show: (row) => (isShown(row) ? bandBar({ ...row.total, used: row.used, limit: row.limit }, BAR_WIDTH) : ''),
    },
    { key: 'until', raw: ({ untilMicros }) => untilMicros / 1e6 },
    { key: 'used', title: 'used', align: 'right', raw: ({ used }) => used, show: (row) => amount(row, row.used) },
    {
      key: 'middle',
      title: 'in all about',
      align: 'right',
      raw: (row) => (row.state === 'ready' ? row.total.middle : undefined),
      show: (row) => (isShown(row) ? amount(row, row.total.middle) : ABSENT),
    },
    ...band(0.5, room >= WIDTH_WITH_ALL_BANDS),
    ...band(0.8, true),
    ...band(0.95, room >= WIDTH_WITH_ALL_BANDS),
    {
      key: 'limit',
      ...(limited ? { title: 'limit' } : {}),
      align: 'right',
      raw: ({ limit }) => limit,
      show: (row) => (row.limit === undefined ? ABSENT : amount(row, row.limit)),
    },
    {
      key: 'over_limit',
      ...(limited ? { title: 'over limit' } : {}),
      align: 'right',
      raw: (row) => (row.state === 'ready' ? row.overLimit : undefined),
      show: (row) => (isShown(row) && row.overLimit !== undefined ? chance(row.overLimit) : ABSENT),
    },
  ];
}

const FOR_PEOPLE = ['what', 'p50', 'p80', 'p95', 'bar'];

/** The same for programs. */
export function spendCsvColumns(rows: readonly SpendOutlook[]): AnswerColumn<SpendOutlook>[] {
  return spendColumns(rows, undefined).filter(({ key }) => !FOR_PEOPLE.includes(key));
}

/** A chance from draws is never told as none or certain. */
function chance(part: number): string {
  if (part < 0.01) return 'under 1 %';
  return part > 0.99 ? 'over 99 %' : percent(part);
}

/** How the bands of the rows did before, and what is missing where nothing is said. */
export function spendNotes(rows: readonly SpendOutlook[]): string[] {
  const learning = Map.groupBy(
    rows.filter((row) => row.state === 'learning'),
    learningNote,
  );
  return [
    ...rows.flatMap((row) => (row.state === 'ready' ? [trustNote(row)] : [])),
    ...[...learning].map(([note, alike]) => `${alike.map(nameOf).join('; ')}: ${note}`),
  ];
}

function learningNote(row: SpendOutlook & { state: 'learning' }): string {
  const more =
    row.unit === 'runs' ? '.' : '; `amicus-metrics import --from all` reads what agents remember of the time before.';
  return (
    `still learning from ${formatCount(row.days)} complete days, with use on ${formatCount(row.activeDays)}. ` +
    `A forecast needs ${row.neededDays} days, with use on ${row.neededActiveDays}${more}`
  );
}

function trustNote(row: SpendOutlook & { state: 'ready' }): string {
  const tried = row.coverage[0]?.tried ?? 0;
  if (tried === 0) return `${nameOf(row)}: there is no past day yet to try the bands on.`;
  const held = row.coverage.map(({ level, held }) => `${percent(level)} band held ${formatCount(held)} times`);
  const verdict = {
    checked: '',
    widened: '; they were too narrow, and have been widened since',
    unchecked: '; too few days of their own to judge by',
    failing: '; too seldom, so no forecast is shown',
  }[row.trust];
  return `${nameOf(row)}: asked at this hour on ${formatCount(tried)} past days, the ${held.join(', the ')}${verdict}.`;
}

const hoursText = (hours: number): string =>
  Number.isFinite(hours) ? formatSeconds(hours * 3_600) : `more than ${formatSeconds(MAX_HOURS * 3_600)}`;

/** When nothing waits any more, in sentences. */
export function backlogLines({ backlog, queue }: ForecastReport): string[] {
  const now =
    `${formatCount(queue.waiting)} waiting, ${formatCount(queue.working)} in work, ` +
    `${formatMany(queue.nodes, 'node')} present; ` +
    `${formatNumber(queue.arrivedPerHour)} arrive per hour.`;
  return backlog.state === 'clear' ? ['Nothing is waiting.'] : [now, backlogText(backlog)];
}

function backlogText(backlog: Exclude<BacklogForecast, { state: 'clear' }>): string {
  if (backlog.state === 'no_nodes') return 'Does not clear: no node is present that takes tasks. Start one.';
  if (backlog.state === 'learning') {
    return `Still learning how long a task takes: ${backlog.ended} ended so far, ${backlog.needed} are needed.`;
  }
  const nodes = `what arrives keeps ${formatNumber(backlog.busyNodes)} nodes busy`;
  if (backlog.state === 'does_not_clear') {
    return (
      `Does not clear at this rate: ${nodes}. Within ${formatSeconds(MAX_HOURS * 3_600)} nothing waits in ` +
      `${chance(backlog.clears)} of the courses tried.`
    );
  }
  const bands = backlog.hours.bands.map(
    ({ level, low, high }) => `${percent(level)} ${hoursText(low)} to ${hoursText(high)}`,
  );
  return `Nothing waits any more in about ${hoursText(backlog.hours.middle)} (${bands.join(', ')}); ${nodes}.`;
}
