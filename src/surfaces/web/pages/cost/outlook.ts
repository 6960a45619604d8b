import type { AnswerOf } from '../../data/ask.ts';

export type Outlook = AnswerOf<'/forecast'>['spend'][number];
export type ReadyOutlook = Extract<Outlook, { readonly state: 'ready' }>;

/** Whether a forecast may be shown to people: what failed in the past may not. */
export function isReliable(outlook: Outlook): outlook is ReadyOutlook {
  return outlook.state === 'ready' && outlook.trust !== 'failing';
}

/** The band of a level. */
export function bandAt(
  { total }: ReadyOutlook,
  level: number,
): { readonly low: number; readonly high: number } | undefined {
  return total.bands.find((band) => band.level === level);
}
