import { MICROS_PER_DAY } from '../../model/range.ts';
import { totalTokens } from '../ledger/figures.ts';
import { defineDetector } from './detector.ts';
import type { Finding } from './finding.ts';

/** Usage of which nobody knows the price. */
export const unpricedSpend = defineDetector({
  kind: 'unpriced_spend',
  title: 'Unpriced usage',
  doc: 'Looks for models whose usage has no price, neither reported nor in the price book: it is in no sum and no budget.',
  parameters: {
    min_share: { value: 0.03, unit: 'share', doc: 'Of all tokens of the window, so many must have no price.' },
    min_tokens: { value: 50_000, unit: 'tokens', doc: 'And so many of one model.' },
  },
  gather: (ask, window) => ask.ledger(window.fromMicros, window.toMicros),
  judge({ total, unpriced }, window, values) {
    const all = totalTokens(total.figures);
    if (all === 0) return { state: 'no_data', reason: 'No usage of a model was recorded.', findings: [] };
    const days = (window.toMicros - window.fromMicros) / MICROS_PER_DAY;
    const findings = unpriced
      .filter(
        ({ figures }) =>
          figures.unpricedTokens >= values.min_tokens && figures.unpricedTokens >= values.min_share * all,
      )
      .map(({ key, figures }): Finding => {
        const model = key['model'];
        const share = { value: figures.unpricedTokens / all, unit: 'share', samples: figures.unpricedEvents } as const;
        return {
          kind: 'unpriced_spend',
          subject: { kind: model === undefined ? 'client' : 'model', id: model ?? key['client'] },
          severity: share.value >= 0.25 ? 'critical' : 'warning',
          summary:
            `${Math.round(share.value * 100)} % of all tokens went to a model without a price: ` +
            `${Math.round(figures.unpricedTokens / days / 1_000)} k tokens a day are in no sum and no budget.`,
          observed: share,
          effect: share,
          impact: { unknownShare: share },
          sinceMicros: window.fromMicros,
          evidence: [
            {
              shows: 'requests to this model',
              metric: 'tokens.consumed',
              filters: model === undefined ? undefined : { model },
              fromMicros: window.fromMicros,
              toMicros: window.toMicros,
            },
          ],
          facts: { tokens: figures.unpricedTokens, ...(model === undefined ? {} : { model }) },
        };
      });
    return findings.length > 0
      ? { state: 'findings', reason: `${findings.length} models have no price.`, findings }
      : { state: 'clear', reason: 'All usage that counts has a price.', findings };
  },
});
