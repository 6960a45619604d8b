import { z } from '@hono/zod-openapi';
import { defineChange } from '../define-change.ts';
import { unreadableSchema } from '../schemas/figures.ts';

const MAX_STATEMENT_LENGTH = 32_768;
const MAX_PARAMETERS = 100;
const MAX_ROWS = 10_000;
const MAX_TIMEOUT_MILLIS = 10_000;
const cellSchema = z.union([z.string(), z.number(), z.null()]);

export const runSql = defineChange(
  {
    path: '/sql',
    summary: 'Run a reading statement',
    doc: 'One statement that only reads, in a process of its own with limits on time, rows and memory. It changes nothing, and costs enough to ask for the read-write token.',
    body: z.strictObject({
      statement: z.string().min(1).max(MAX_STATEMENT_LENGTH),
      parameters: z.array(cellSchema).max(MAX_PARAMETERS).optional().openapi({ description: 'Values for `?`.' }),
      maxRows: z.number().int().min(1).max(MAX_ROWS).optional(),
      timeoutMillis: z.number().int().min(100).max(MAX_TIMEOUT_MILLIS).optional(),
    }),
    answer: z
      .object({
        columns: z.array(z.string()),
        rows: z.array(z.array(cellSchema)),
        truncated: z.boolean(),
        damaged: z.array(unreadableSchema).optional(),
      })
      .openapi('SqlAnswer'),
  },
  async (context, { statement, parameters, maxRows, timeoutMillis }) => {
    const collector = await context.collector();
    return collector.sql(statement, {
      ...(parameters === undefined ? {} : { parameters }),
      ...(maxRows === undefined ? {} : { maxRows }),
      ...(timeoutMillis === undefined ? {} : { timeoutMillis }),
    });
  },
);
