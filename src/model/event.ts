/** A value that a field may hold. Lists hold names, such as files. Absent is `undefined`, never 0 or null. */
export type FieldValue = string | number | boolean | readonly string[];

/** The fields of one event, by the names its metric declares. */
export type EventData = Readonly<Record<string, FieldValue | undefined>>;

/** Where an event comes from. */
export const SOURCES = [
  'library',
  'amicus-state',
  'mcp-proxy',
  'otlp',
  'transcript',
  'git',
  'test-report',
  'amicus-native',
  'import',
] as const;
export type SourceName = (typeof SOURCES)[number];

/** What surrounds an event: who tells it, how sure it is, and what makes it itself. */
export type EventContext = {
  readonly source: SourceName;
  /** True when the event was concluded (from a disappearance, from silence) rather than observed. */
  readonly inferred: boolean;
  /** Which cluster, where one store holds several. */
  readonly cluster?: string | undefined;
  /**
   * What the event was derived from: a request id, a transcript line, a state transition. An event whose identity
   * was stored before is counted as a duplicate and not stored again. Absent for events recorded first-hand, whose
   * identity is the recording process and its sequence number.
   */
  readonly identity?: string | undefined;
  /**
   * It comes from an export or a dump, and so may be stored already: an event of its metric with the same values, at
   * the same microsecond or moved from it by others, is the same event. Costs less than an identity.
   */
  readonly copy?: boolean | undefined;
};

/** An event on its way in, as a source hands it over. */
export type IncomingEvent = {
  readonly metric: string;
  /** Integer microseconds since the Unix epoch, UTC. */
  readonly atMicros: number;
  readonly data: EventData;
} & EventContext;

/** An event as it is kept. */
export type StoredEvent = {
  /** Where it lies: `<store id>:<metric>:<micros>`. An event that was imported has the id of the store it lies in now. */
  readonly id: string;
  readonly metric: string;
  /** Seconds since the Unix epoch, as a float: the public form, as in Amicus's own files. */
  readonly timestamp: number;
  /** The same moment, in integer microseconds: the exact form. Unique within a metric. */
  readonly atMicros: number;
  readonly node_id?: string | undefined;
  readonly data: EventData;
  readonly source: SourceName;
  readonly inferred: boolean;
  readonly cluster?: string | undefined;
};

/** Why a whole event was not stored. Every drop is counted under one of these; nothing is dropped without. */
export const EVENT_DROP_REASONS = [
  'unknown_metric',
  'metric_disabled',
  'not_an_object',
  /** A field without which the event means nothing was absent, or refused for a reason of its own. */
  'missing_field',
  'time_out_of_range',
  /** Its identity was stored before, or it is a copy of a stored event. */
  'duplicate',
  /** Told again or told late, of a time whose events have expired or are damaged: nobody can say whether it was counted. */
  'too_old',
  /** The spool had reached its limit and nobody drained it. */
  'spool_full',
  /** The disk was full, or the folder could not be written, for longer than memory could wait. */
  'spool_unwritable',
  /** Part of a spool file was damaged after it was written. */
  'spool_damaged',
  /** Part of the store was damaged after it was written; rollups that were made of them still count them. */
  'block_damaged',
  /** It was stored, and then removed on request. */
  'forgotten',
] as const;

/** Why a single field was left out. Its event is stored all the same, unless the field is required. */
export const FIELD_DROP_REASONS = [
  'unknown_field',
  'wrong_type',
  'out_of_range',
  'not_in_list',
  'too_long',
  'control_character',
  'looks_secret',
  /** The store keeps a field of this name as another kind of thing, from an earlier declaration of the metric. */
  'kind_changed',
] as const;

export type EventDropReason = (typeof EVENT_DROP_REASONS)[number];
export type FieldDropReason = (typeof FIELD_DROP_REASONS)[number];
export type DropReason = EventDropReason | FieldDropReason;
/** All reasons. */
export const DROP_REASONS: ReadonlySet<string> = new Set([...EVENT_DROP_REASONS, ...FIELD_DROP_REASONS]);
