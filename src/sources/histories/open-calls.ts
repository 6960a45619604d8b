import { isObject } from '../amicus-state/read-value.ts';

/** Calls that were begun and not answered; more than an agent has at once, so the oldest is one that never will be. */
const MAX_OPEN = 128;

/** The names of tool calls between the line that begins a call and the one that answers it. Ids and names, no more. */
export class OpenCalls {
  readonly #names = new Map<string, string>();

  constructor(remembered: unknown) {
    if (!isObject(remembered)) return;
    for (const [id, name] of Object.entries(remembered)) if (typeof name === 'string') this.opened(id, name);
  }

  opened(id: string | undefined, name: string | undefined): void {
    if (id === undefined || name === undefined || id.length > 128 || name.length > 512) return;
    this.#names.set(id, name);
    if (this.#names.size <= MAX_OPEN) return;
    for (const oldest of this.#names.keys()) {
      this.#names.delete(oldest);
      break;
    }
  }

  /** The name of a call that was answered. */
  closed(id: string): string | undefined {
    const name = this.#names.get(id);
    this.#names.delete(id);
    return name;
  }

  toJson(): Readonly<Record<string, string>> | undefined {
    return this.#names.size === 0 ? undefined : Object.fromEntries(this.#names);
  }
}
