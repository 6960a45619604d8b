import { addFigures, type Figures, NO_FIGURES, type Sum } from './figures.ts';
import { LINE_FIELDS, type UsageLine } from './usage-line.ts';

type Place = Omit<UsageLine, 'figures'>;
type OpenLine = Place & { readonly sum: Sum };

/** Sums figures by hour and by all names that they have in common. */
export class LineBook {
  readonly #lines = new Map<string, OpenLine>();

  add(at: Place, figures: Figures): void {
    let key = `${at.hourMicros} ${at.attribution.node} ${at.attribution.task}`;
    // Names hold no control characters, so that a separator of that kind keeps them apart.
    for (const field of LINE_FIELDS) key += `\n${at.fields[field] ?? '\t'}`;
    let line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, (line = { ...at, sum: { ...NO_FIGURES } }));
    addFigures(line.sum, figures);
  }

  get lines(): readonly UsageLine[] {
    return Array.from(this.#lines.values(), ({ sum, ...at }) => Object.assign(at, { figures: sum }));
  }
}
