import { z } from 'zod';

/** Longest text of a task, summary or message. Amicus sets none; this keeps one call from filling the shared file. */
const MAX_TEXT_LENGTH = 20_000;

export const nodeIdArgument = z.string().trim().min(1).max(128).describe('Your node id, such as Node-7Q2K.');
export const textArgument = z.string().trim().min(1).max(MAX_TEXT_LENGTH);
export const taskArgument = z.coerce
  .string()
  .trim()
  .min(1)
  .max(MAX_TEXT_LENGTH)
  .describe('The id of the task; else its text, or its place in the list counted from 1.');
