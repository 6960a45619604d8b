/** A name that an agent chose: shown as it is, set apart from our own words, and never as markup. */
export function Name({ of, none = 'unknown' }: { of: string | undefined; none?: string }) {
  return of === undefined ? <span>({none})</span> : <bdi className="name-from-data">{of}</bdi>;
}
