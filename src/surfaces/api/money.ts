import { z } from '@hono/zod-openapi';
import { usdOfNanos } from '../../pricing/index.ts';
import { exactUsd } from '../cli/terminal/money.ts';

/** An amount of money. */
export const moneySchema = z
  .object({
    exact: z
      .string()
      .openapi({ description: 'Dollars to the nano-dollar, as a decimal number in text.', example: '0.092932' }),
    usd: z.number().openapi({ description: 'The same as a float: for charts.' }),
  })
  .openapi('Money');

/** Nano-dollars as both. */
export function toMoney(nanos: bigint): z.output<typeof moneySchema> {
  return { exact: exactUsd(nanos), usd: usdOfNanos(nanos) };
}
