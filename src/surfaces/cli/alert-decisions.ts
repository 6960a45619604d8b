import { acknowledge, resolve } from '../../analysis/alerts/advance.ts';
import { groupOfKey, readAlertBook, toAlertData } from '../../analysis/alerts/alert-book.ts';
import type { NotifyChannel } from '../../config/index.ts';
import type { AlertMessage } from '../notify/alert-message.ts';
import { attemptDelivery } from '../notify/attempt-delivery.ts';
import { tellTerminal } from '../notify/tell-terminal.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printable } from './terminal/printable.ts';

const REASON_HINTS: Readonly<Record<string, string>> = {
  not_configured:
    'A variable that url_env or secret_env names is not set here, or holds no address or no key in base64.',
  unreachable: 'Nothing answered at that address.',
  timeout: 'It did not answer within 10 seconds.',
  no_desktop: 'There is no desktop to show it on, or no notify-send, osascript or powershell.',
};

/**
 * Acknowledges or resolves what fires of a rule: all its groups, or one.
 *
 * @returns What was done, in a sentence.
 */
export async function decideAlert(
  context: Pick<CommandContext, 'clock' | 'recordingCollector'>,
  decision: 'ack' | 'resolve',
  rule: string,
  group: string | undefined,
): Promise<string> {
  const collector = await context.recordingCollector();
  const now = context.clock.nowMicros();
  const { memories } = await readAlertBook(collector, now);
  const decide = decision === 'ack' ? acknowledge : resolve;
  const decided = [...memories].flatMap(([key, memory]) => {
    const of = groupOfKey(key);
    if (of.rule !== rule || (group !== undefined && of.group !== group)) return [];
    const change = decide(memory, Math.max(now, memory.changedMicros + 1));
    return change === undefined ? [] : [{ ...of, change }];
  });
  if (decided.length === 0) {
    const what = group === undefined ? rule : `${rule} of ${group}`;
    throw new CommandError('NOT_FOUND', `Nothing of "${printable(what)}" fires.`, 'See `amicus-metrics alerts`.');
  }
  for (const one of decided) {
    collector.emit({
      metric: 'alert.changed',
      atMicros: one.change.atMicros,
      data: toAlertData(one),
      source: 'library',
      inferred: false,
    });
  }
  await collector.flush();
  const count = decided.length === 1 ? printable(rule) : `${decided.length} groups of ${printable(rule)}`;
  return decision === 'ack'
    ? `Acknowledged: ${count}. Silent until it is worse, or over.`
    : `Resolved: ${count}. \`up\` tells the channels with the next evaluation; if it is still met then, it goes on in silence.`;
}

/** Tells a channel something, so that one sees whether it arrives. */
export async function sendTest(context: CommandContext, channel: NotifyChannel): Promise<ExitCode> {
  const nowMicros = context.clock.nowMicros();
  const message: AlertMessage = {
    id: `test_${nowMicros}`,
    rule: { kind: 'finding', name: 'test', finding: 'test', forMicros: 0, noData: 'ok', cooldownMicros: 0, notify: [] },
    group: undefined,
    level: 'warn',
    was: 'ok',
    value: undefined,
    atMicros: nowMicros,
    sinceMicros: nowMicros,
    summary: `A test of the channel ${channel.name}: if you read this, alerts arrive here.`,
    isRepeat: false,
  };
  if (channel.kind === 'terminal') {
    tellTerminal(context.stderr, message);
    if (context.format === 'text') context.print(printable(message.summary));
    else context.printJson({ channel: channel.name, outcome: 'delivered' });
    return EXIT.ok;
  }
  const { env: environment, signal } = context;
  const attempt = await attemptDelivery(channel, message, { environment, nowMicros, signal });
  if (context.format !== 'text') {
    context.printJson({
      channel: channel.name,
      outcome: attempt.kind === 'delivered' ? 'delivered' : 'failed',
      reason: attempt.kind === 'delivered' ? undefined : attempt.reason,
    });
  } else if (attempt.kind === 'delivered') context.print(`Delivered to ${printable(channel.name)}.`);
  else {
    context.print(context.style('bad', `Not delivered to ${printable(channel.name)}: ${attempt.reason}.`));
    const hint = REASON_HINTS[attempt.reason];
    if (hint !== undefined) context.print(hint);
  }
  return attempt.kind === 'delivered' ? EXIT.ok : EXIT.failed;
}
