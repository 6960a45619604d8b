import { formatNumber } from '../cli/terminal/units.ts';
import { htmlText } from './html-text.ts';
import type { PageChart } from './page.ts';

/** Drawings are this wide inside and stretch to the room there is; what must not be stretched is HTML beside them. */
const WIDTH = 600;
/** Parts of a whole below this are not seen; they stand in the table. */
const LEAST_PART = 0.002;
const COLOURS = 7;

/** A number for an attribute: short, so that hundreds of them stay small. */
const at = (value: number): string => String(Math.round(value * 100) / 100);

/** Columns of one series, as high as the largest; a gap where nothing was measured. */
function columns(values: readonly (number | undefined)[], height: number, lastIsNow: boolean): string {
  const top = Math.max(...values.map((value) => value ?? 0), 0);
  const step = WIDTH / Math.max(1, values.length);
  return values
    .map((value, place) => {
      if (value === undefined) return '';
      const high = top === 0 ? 0 : Math.max(value > 0 ? 1 : 0, (value / top) * height);
      const isNow = lastIsNow && place === values.length - 1;
      return `<rect${isNow ? ' class="now"' : ''} x="${at(place * step + step * 0.1)}" y="${at(height - high)}" width="${at(step * 0.8)}" height="${at(high)}"/>`;
    })
    .join('');
}

const svg = (className: string, height: number, label: string | undefined, inner: string): string =>
  `<svg class="${className}" viewBox="0 0 ${WIDTH} ${height}" preserveAspectRatio="none" ` +
  `${label === undefined ? 'aria-hidden="true"' : `role="img" aria-label="${htmlText(label)}"`}>${inner}</svg>`;

/** A small curve for a table's cell; the last value is the one that the row is about. */
export function svgCurve(values: readonly (number | undefined)[]): string {
  const told = values.map((value) => (value === undefined ? 'none' : formatNumber(value))).join(', ');
  return svg('curve', 100, `oldest first: ${told}`, columns(values, 100, true));
}

function columnRows({ series }: Extract<PageChart, { kind: 'columns' }>): string {
  const rows = series.map(({ name, values }) => {
    const top = Math.max(...values.map((value) => value ?? 0), 0);
    const label = `${name}: at most ${formatNumber(top)}`;
    return (
      `<div class="row"><span class="name">${htmlText(name)}</span>${svg('columns', 100, label, columns(values, 100, false))}` +
      `<span class="figure">max ${htmlText(formatNumber(top))}</span></div>`
    );
  });
  return rows.join('');
}

/** Intervals on a logarithmic axis around what they are compared with: half and double are equally far. */
function intervalRows({ rows, reference }: Extract<PageChart, { kind: 'intervals' }>): string {
  const logs = rows.flatMap(({ low, high }) => [low, high]).map((value) => Math.abs(Math.log(value / reference.value)));
  const reach = Math.max(Math.log(1.25), ...logs) * 1.05;
  const x = (value: number): number => ((Math.log(value / reference.value) / reach + 1) / 2) * WIDTH;
  const middle = `<line class="reference" x1="${WIDTH / 2}" x2="${WIDTH / 2}" y1="0" y2="20"/>`;
  const drawn = rows.map(({ name, value, low, high, tone }) => {
    const inner =
      `${middle}<rect class="range" x="${at(x(low))}" y="9" width="${at(Math.max(1, x(high) - x(low)))}" height="2"/>` +
      `<rect x="${at(x(value) - 4)}" y="4" width="8" height="12"/>`;
    const label = `${name}: ${value.toFixed(2)}, from ${low.toFixed(2)} to ${high.toFixed(2)}`;
    return (
      `<div class="row"><span class="name">${htmlText(name)}</span>${svg(`interval ${tone}`, 20, label, inner)}` +
      `<span class="figure">${value.toFixed(2)}</span></div>`
    );
  });
  const ends = [Math.exp(-reach), Math.exp(reach)].map((end) => (end * reference.value).toFixed(2));
  const axis =
    `<div class="row axis"><span></span><span class="ends"><span>${ends[0]}</span><span>${htmlText(reference.text)}</span>` +
    `<span>${ends[1]}</span></span><span></span></div>`;
  return drawn.join('') + axis;
}

function partBar({ title, parts }: Extract<PageChart, { kind: 'parts' }>): string {
  const whole = parts.reduce((sum, { value }) => sum + value, 0);
  let from = 0;
  const bars: string[] = [];
  for (const [place, { value }] of parts.entries()) {
    const width = whole === 0 ? 0 : (value / whole) * WIDTH;
    if (width >= LEAST_PART * WIDTH) {
      bars.push(
        `<rect class="c${place % COLOURS}" x="${at(from)}" y="0" width="${at(Math.max(1, width - 2))}" height="20"/>`,
      );
    }
    from += width;
  }
  const legend = parts.map(
    ({ name, text }, place) =>
      `<li><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="c${place % COLOURS}" width="10" height="10"/></svg>` +
      `${htmlText(name)} <b>${htmlText(text)}</b></li>`,
  );
  const label = `${title}: ${parts.map(({ name, text }) => `${name} ${text}`).join(', ')}`;
  return `${svg('parts', 20, label, bars.join(''))}<ul class="legend">${legend.join('')}</ul>`;
}

/** A drawing as a figure. Pure: the same chart gives the same text. */
export function chartHtml(chart: PageChart): string {
  const caption = `<figcaption>${htmlText(chart.title)}</figcaption>`;
  switch (chart.kind) {
    case 'columns':
      return (
        `<figure>${caption}${columnRows(chart)}<div class="row axis"><span></span><span class="ends">` +
        `<span>${htmlText(chart.from)}</span><span>${htmlText(chart.to)}</span></span><span></span></div></figure>`
      );
    case 'intervals':
      return `<figure>${caption}${intervalRows(chart)}</figure>`;
    case 'parts':
      return `<figure>${caption}${partBar(chart)}</figure>`;
  }
}
