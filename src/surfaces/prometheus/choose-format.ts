import type { TextFormat } from './prometheus-text.ts';

/** Longer headers than any scraper sends are read to here. */
const MAX_HEADER = 2_000;

/** OpenMetrics for those who name it and do not want the classic text more; the classic one for all others, browsers too. */
export function chooseFormat(accept: string | undefined): TextFormat {
  let [openMetrics, classic] = [0, 0];
  for (const range of (accept ?? '').slice(0, MAX_HEADER).toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const version = parameters.find((part) => part.startsWith('version='))?.slice('version='.length);
    const weight = weightOf(parameters);
    // There are later versions that we do not write; who names none takes what there is.
    const isOurs = version === undefined || ['0.0.1', '1.0.0'].includes(version.replaceAll('"', ''));
    if (type === 'application/openmetrics-text' && isOurs) openMetrics = Math.max(openMetrics, weight);
    else if (type === 'text/plain') classic = Math.max(classic, weight);
  }
  return openMetrics > 0 && openMetrics >= classic ? 'openmetrics' : 'classic';
}

function weightOf(parameters: readonly string[]): number {
  const given = parameters.find((part) => part.startsWith('q='))?.slice(2);
  if (given === undefined) return 1;
  const weight = Number(given);
  return weight >= 0 && weight <= 1 ? weight : 0;
}
