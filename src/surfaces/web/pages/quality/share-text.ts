import { valueText } from '../../../cli/figure-text.ts';
import { ABSENT, formatShare } from '../../../cli/terminal/units.ts';

/** A part of a whole with its 95 % interval, as the API tells it. */
export type Share = {
  readonly hits: number;
  readonly total: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
};

/** A share on one line; exactly none is not told to a tenth. */
const percent = (share: number): string =>
  share === 0 ? '0\u00a0%' : valueText(share, 'share').replace(' ', '\u00a0');

/** `81 %`; nothing of nothing. */
export function shareText({ hits, total }: Share): string {
  return total === 0 ? ABSENT : percent(hits / total);
}

/** `95 %: 79 % to 84 %`: where the true share likely lies. */
export function intervalText({ low, high }: Share): string | undefined {
  return low === undefined || high === undefined ? undefined : `95\u00a0%: ${percent(low)} to ${percent(high)}`;
}

/** `848 of 1,042 (81 %)`. */
export function wholeText({ hits, total }: Share): string {
  return total === 0 ? ABSENT : formatShare(hits, total);
}
