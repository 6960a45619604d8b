import type { CommandContext } from './context.ts';

/** Asks at a terminal; elsewhere nobody can be asked, and silence is no consent. */
export async function isAgreed(context: CommandContext, message: string, what: string): Promise<boolean> {
  if (!context.isTTY || !('isTTY' in context.stdin) || context.stdin.isTTY !== true) {
    context.note(`Nothing was changed. Add --yes to ${what}.`);
    return false;
  }
  const { confirm } = await import('@clack/prompts');
  const answer = await confirm({ message, initialValue: false, output: context.stdout });
  if (answer !== true) context.note('Nothing was changed.');
  return answer === true;
}
