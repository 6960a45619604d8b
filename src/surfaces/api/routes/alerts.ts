import { z } from '@hono/zod-openapi';
import { readAlertBook, readDeliveries } from '../../../analysis/alerts/alert-book.ts';
import type { AlertRule } from '../../../analysis/alerts/alert-rule.ts';
import { alertStatus } from '../../../analysis/alerts/alert-status.ts';
import { DELIVERY_OUTCOMES } from '../../../metrics/alert-delivered.ts';
import { configOfRun } from '../../cli/settings-of.ts';
import { defineQuestion } from '../define-question.ts';
import { alertRuleSchema, alertStatusSchema, toStatus } from '../schemas/alerts.ts';

export const alertsQuestion = defineQuestion(
  {
    path: '/alerts',
    summary: 'Alert rules, and where each stands',
    doc: 'The declared rules, the state of each of their groups that says anything, channels by name and kind, and what was delivered.',
    query: z.object({}),
    answer: z
      .object({
        rules: z.array(alertRuleSchema),
        statuses: z.array(alertStatusSchema),
        channels: z.array(
          z.object({
            name: z.string(),
            kind: z.enum(['terminal', 'desktop', 'webhook', 'slack', 'alertmanager']),
          }),
        ),
        deliveries: z.array(
          z.object({
            atMicros: z.number(),
            rule: z.string(),
            group: z.string().optional(),
            channel: z.string(),
            deliveryId: z.string(),
            outcome: z.enum(DELIVERY_OUTCOMES),
            attempts: z.number().optional(),
            reason: z.string().optional(),
          }),
        ),
      })
      .openapi('Alerts'),
    weight: 'heavy',
  },
  async (context) => {
    const { alerts, channels } = configOfRun(context);
    const rules: readonly AlertRule[] = alerts;
    const collector = await context.collector();
    const nowMicros = context.clock.nowMicros();
    const statuses = await alertStatus(collector, rules, await readAlertBook(collector, nowMicros), nowMicros);
    return {
      rules,
      statuses: statuses.map(toStatus),
      // Addresses of channels may be secrets.
      channels: channels.map(({ name, kind }) => ({ name, kind })),
      deliveries: await readDeliveries(collector, nowMicros),
    };
  },
);
