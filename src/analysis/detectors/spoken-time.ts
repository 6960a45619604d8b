/** A length of time in a sentence: `45 seconds`, `12 minutes`, `3.5 hours`, `2.1 days`. */
export function spokenTime(seconds: number): string {
  if (seconds < 90) return counted(Math.round(seconds), 'second');
  if (seconds < 90 * 60) return counted(Math.round(seconds / 60), 'minute');
  if (seconds < 48 * 3_600) return counted(Number((seconds / 3_600).toFixed(1)), 'hour');
  return counted(Number((seconds / 86_400).toFixed(1)), 'day');
}

/** A number with what it counts: `1 task`, `3 tasks`. */
export function counted(count: number, singular: string): string {
  return `${count} ${singular}${count === 1 ? '' : 's'}`;
}
