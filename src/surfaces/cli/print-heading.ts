import type { CommandContext } from './context.ts';
import { printable } from './terminal/printable.ts';

/** Prints an empty line and the title of a part of a report, with what is to be known of it beside. */
export function printHeading(context: CommandContext, title: string, detail = ''): void {
  context.print('');
  context.print(
    context.style('strong', title) + (detail === '' ? '' : `  ${context.style('quiet', printable(detail))}`),
  );
}
