import type { Envelope } from './envelope.ts';
import type { AmicusArguments, OpenCall } from './open-calls.ts';

/** Tools that tell an Amicus from any other server: both have been there since its first release. */
const MARKS = ['update_state', 'toggle_tracking'];

/** The name that our own bus gives itself. It measures itself, and better than a pipe could. */
const INSTRUMENTED_SERVER = 'amicus-bus';

/** An Amicus by its tools, whatever it calls itself. */
export function isAmicus(tools: readonly string[]): boolean {
  return MARKS.every((mark) => tools.includes(mark));
}

/** A server that records its calls itself: told again here, each would count twice. */
export function measuresItself(server: string | undefined): boolean {
  return server === INSTRUMENTED_SERVER;
}

/** A successful call of a tool of Amicus: what is needed to find its traces in the state file. */
export type AmicusCall = AmicusArguments & {
  readonly tool: string;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly durationMillis: number;
};

/** The arguments that matter of a call of an Amicus tool. */
export function amicusArguments(envelope: Envelope): AmicusArguments {
  return {
    nodeId: envelope.text('nodeId'),
    fromNodeId: envelope.text('fromNodeId'),
    outcome: envelope.text('outcome'),
    filesModified: envelope.count('filesModified'),
    testsPassed: envelope.count('testsPassed'),
    testsFailed: envelope.count('testsFailed'),
  };
}

/**
 * The node that speaks through a call. A hand-over names two: the giver speaks. A name given at registration counts;
 * one given elsewhere only until there is a better one.
 */
export function speakerOf(call: OpenCall, known: string | undefined): string | undefined {
  const named = call.amicus?.fromNodeId ?? call.amicus?.nodeId;
  return call.tool === 'register_node' ? (named ?? known) : (known ?? named);
}
