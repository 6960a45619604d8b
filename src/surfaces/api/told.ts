/**
 * What JSON makes of a value: absent members are left out, absent list entries become null, and money in bigints is
 * refused, so that it is told as text on purpose.
 */
export type Told<T> = T extends bigint
  ? never
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Entry)[]
      ? (undefined extends Entry ? Told<Exclude<Entry, undefined>> | null : Told<Entry>)[]
      : string extends keyof T
        ? Record<string, Told<Exclude<T[keyof T], undefined>>>
        : T extends object
          ? Flat<
              { [K in keyof T as undefined extends T[K] ? never : K]: Told<T[K]> } & {
                [K in keyof T as undefined extends T[K] ? K : never]?: Told<Exclude<T[K], undefined>>;
              }
            >
          : never;

type Flat<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Two such functions fit only where A and B are identical, which for objects is stricter than fitting both ways. They
 * stand here in full: of a named type the compiler would compare A and B themselves.
 */
type Same<A, B> =
  (<Any>(any: Any) => Any extends A ? 1 : 2) extends <Any>(any: Any) => Any extends B ? 1 : 2 ? true : false;

/** `Thing` where what a report tells is what a schema describes; else the difference, which is of no use as a thing. */
export type Described<Report, Schema, Thing> =
  Same<Told<Report>, Told<Schema>> extends true
    ? Thing
    : { readonly schemaDiffersFromReport: { readonly report: Told<Report>; readonly schema: Told<Schema> } };
