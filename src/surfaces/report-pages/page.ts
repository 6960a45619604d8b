import type { Tone } from '../cli/terminal/style.ts';

/** A cell: plain text, or text with its meaning, or with a small curve beside it. Names from data stay as they are: whoever draws a page makes them safe. */
export type PageCell =
  | string
  | { readonly text: string; readonly tone?: Tone; readonly curve?: readonly (number | undefined)[] };

export type PageTable = {
  /** What the table holds, for those who hear it. */
  readonly caption: string;
  readonly columns: readonly {
    readonly title: string;
    readonly align?: 'left' | 'right';
    /** The first to go where there is little room. */
    readonly optional?: boolean;
  }[];
  readonly rows: readonly (readonly PageCell[])[];
};

/** Something to draw. The same figures always stand in words or in a table as well. */
export type PageChart =
  | {
      readonly kind: 'columns';
      readonly title: string;
      readonly from: string;
      readonly to: string;
      readonly series: readonly { readonly name: string; readonly values: readonly (number | undefined)[] }[];
    }
  | {
      readonly kind: 'intervals';
      readonly title: string;
      /** What is at the line that all are compared with. */
      readonly reference: { readonly value: number; readonly text: string };
      readonly rows: readonly {
        readonly name: string;
        readonly value: number;
        readonly low: number;
        readonly high: number;
        readonly tone: Tone;
      }[];
    }
  | {
      readonly kind: 'parts';
      readonly title: string;
      readonly parts: readonly { readonly name: string; readonly value: number; readonly text: string }[];
    };

export type PageSection = {
  readonly title: string;
  /** Stands beside the title, quietly. */
  readonly detail?: string;
  readonly lines?: readonly string[];
  /** Things in an order that matters: what each is, and what is to be said of it. */
  readonly items?: readonly {
    readonly name: string;
    readonly text: string;
    readonly tone: Tone;
    readonly more: readonly string[];
  }[];
  readonly chart?: PageChart | undefined;
  readonly table?: PageTable | undefined;
  /** How figures were made, and what they do not say. */
  readonly notes?: readonly string[];
};

/** A report for people, before anything decides how it is drawn: on a terminal or as a document. */
export type Page = {
  readonly name: string;
  readonly title: string;
  /** From when to when, in the reader's zone. */
  readonly span: string;
  readonly warnings: readonly string[];
  /** What a reader should know if they read nothing else. */
  readonly lead: readonly string[];
  readonly sections: readonly PageSection[];
};
