import { MICROS_PER_DAY } from '../../model/range.ts';
import { type Figures, totalTokens } from '../ledger/figures.ts';
import { sumBy } from '../ledger/ledger.ts';
import type { UsageLine } from '../ledger/usage-line.ts';
import { wilsonInterval } from '../statistics/intervals.ts';
import { defineDetector } from './detector.ts';
import type { Finding } from './finding.ts';

/** Usage of which nobody knows whose it was. */
export const unattributedSpend = defineDetector({
  kind: 'unattributed_spend',
  title: 'Unattributed usage',
  doc: 'Looks for clients whose usage names no node, and cannot be joined to one by its session: nobody can say who spent it.',
  parameters: {
    min_sessions: {
      value: 0.06,
      unit: 'share',
      doc: 'Of all sessions of the client, so many must be nobody’s, beyond chance: one long session is an accident.',
    },
    min_share: { value: 0.04, unit: 'share', doc: 'And of all tokens of the window so many.' },
    large_share: { value: 0.25, unit: 'share', doc: 'From here on it is told however few sessions they are.' },
    min_tokens: { value: 50_000, unit: 'tokens', doc: 'And so many of one client.' },
    min_usd: { value: 0.5, unit: 'usd', doc: 'And so much a day, unless some of it has no price.' },
  },
  gather: (ask, window) => ask.ledger(window.fromMicros, window.toMicros),
  judge({ total, lines }, window, values) {
    const all = totalTokens(total.figures);
    if (all === 0) return { state: 'no_data', reason: 'No usage of a model was recorded.', findings: [] };
    const days = (window.toMicros - window.fromMicros) / MICROS_PER_DAY;
    const nobodys = lines.filter(({ fields }) => fields.node_id === undefined);
    const findings = sumBy(nobodys, ['client'])
      .map(({ key, figures }) => ({ client: key['client'], tokens: totalTokens(figures), figures }))
      .filter(({ client, tokens, figures }) => {
        if (tokens < values.min_tokens || tokens < values.min_share * all) return false;
        if (figures.unpricedEvents === 0 && usdOf(figures) / days < values.min_usd) return false;
        const sessions = wilsonInterval(countSessions(nobodys, client), countSessions(lines, client));
        return tokens >= values.large_share * all || (sessions?.low ?? 0) >= values.min_sessions;
      })
      .map(({ client, tokens, figures }): Finding => {
        const share = { value: tokens / all, unit: 'share', samples: figures.events } as const;
        const usd = usdOf(figures);
        return {
          kind: 'unattributed_spend',
          subject: { kind: 'client', id: client },
          severity: share.value >= 0.5 ? 'warning' : 'info',
          summary: `${Math.round(share.value * 100)} % of all tokens, $${(usd / days).toFixed(2)} a day, name no node: nobody can say who spent them.`,
          observed: share,
          effect: share,
          impact: { unknownShare: share },
          sinceMicros: window.fromMicros,
          evidence: [
            {
              shows: 'requests that name no node',
              metric: 'tokens.consumed',
              filters: client === undefined ? undefined : { client },
              fromMicros: window.fromMicros,
              toMicros: window.toMicros,
            },
          ],
          facts: { tokens, cost_usd: usd, ...(client === undefined ? {} : { client }) },
        };
      });
    return findings.length > 0
      ? { state: 'findings', reason: `Usage of ${findings.length} clients is nobody's.`, findings }
      : { state: 'clear', reason: 'Nearly all usage is known to be of a node.', findings };
  },
});

const usdOf = ({ costNanos }: Figures): number => Number(costNanos) / 1e9;

function countSessions(lines: readonly UsageLine[], client: string | undefined): number {
  const own = lines.filter(({ fields }) => fields.client === client && fields.session_id !== undefined);
  return new Set(own.map(({ fields }) => fields.session_id)).size;
}
