import { describeState, type FieldReport, type StateDescription } from '../../sources/amicus-state/describe-state.ts';
import type { Tone } from './terminal/style.ts';
import { formatBytes, formatCount } from './terminal/units.ts';

/** A sentence about the state file, and how it sounds. Not yet safe to print. */
export type StateFinding = { readonly text: string; readonly tone: Tone | undefined };

type Unreadable = Extract<StateDescription, { readable: false }>['why'];

/** What to say of a file that cannot be read, by its code; codes that are not here are said as they are. */
const WHY: Readonly<Partial<Record<Unreadable, string>>> = {
  state_missing: 'There is no state.json here: `up` waits until there is one.',
  state_too_large: 'state.json is too large to be read.',
};

const STEPS = {
  none: 'no tasks',
  text: 'tasks as lines of text',
  objects: 'tasks with ids',
  objects_without_ids: 'tasks without ids (theirs are derived from text and time of creation)',
  mixed: 'tasks in several forms',
} as const;

const nameOf = ({ place, field }: FieldReport): string => (place === 'state' ? field : `${place}.${field}`);

/**
 * What of a state file is understood.
 *
 * @param verbose Name every field that is not, instead of the first few.
 */
export function stateFindings(description: StateDescription, verbose: boolean): readonly StateFinding[] {
  if (!description.readable) {
    const text = WHY[description.why] ?? `state.json cannot be read now: ${description.why.replaceAll('_', ' ')}.`;
    return [{ text, tone: description.why === 'state_missing' ? undefined : 'warning' }];
  }
  const { sizeBytes, nodes, tasks, messages, steps, fields } = description;
  const known = fields.filter(({ recognised }) => recognised);
  const unknown = fields.filter(({ recognised }) => !recognised).map(nameOf);
  const counts = `${formatCount(nodes)} nodes, ${formatCount(tasks)} tasks, ${formatCount(messages)} messages`;
  const listed = verbose ? unknown : unknown.slice(0, 5);
  const more =
    unknown.length > listed.length ? ` and ${unknown.length - listed.length} more (--verbose names them)` : '';
  return [
    { text: `state.json is readable: ${formatBytes(sizeBytes)}, ${counts}, ${STEPS[steps]}.`, tone: 'good' },
    { text: `Understood: ${known.map(nameOf).join(', ') || 'no field'}.`, tone: undefined },
    {
      text: unknown.length === 0 ? 'No field is left over.' : `Not understood: ${listed.join(', ')}${more}.`,
      tone: unknown.length === 0 ? undefined : 'warning',
    },
  ];
}

/** What of the state file of a context folder is understood. Reads it once. */
export function readStateFindings(directory: string, verbose: boolean): readonly StateFinding[] {
  return stateFindings(describeState(directory), verbose);
}
