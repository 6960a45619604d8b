import { createHash } from 'node:crypto';

import { htmlText } from './html-text.ts';
import type { Page, PageCell, PageSection, PageTable } from './page.ts';
import { STYLE_SHEET } from './style-sheet.ts';
import { chartHtml, svgCurve } from './svg-charts.ts';

/** Rows of a table in a document; what is beyond them `--json` tells. Keeps a document below some 300 kB. */
const MAX_ROWS = 60;

/** Nothing may be loaded and nothing may run: the one style sheet is known by its hash. */
const POLICY =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE_SHEET).digest('base64')}'; ` +
  "base-uri 'none'; form-action 'none'";

/**
 * Reports as one document that needs nothing else: no script, no font, no image, no request. Names from data are text.
 *
 * @param made When it was made, in the reader's zone.
 */
export function documentHtml(pages: readonly Page[], made: string): string {
  const title = pages.length === 1 ? (pages[0]?.title ?? 'Report') : 'Report';
  const links = pages.map(({ name, title: of }) => `<li><a href="#${name}">${htmlText(of)}</a></li>`).join('');
  return (
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n` +
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">\n` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n` +
    `<title>${htmlText(title)} – Amicus Metrics</title>\n<style>${STYLE_SHEET}</style>\n</head>\n<body>\n` +
    `<header><h1>Amicus Metrics</h1><p>made ${htmlText(made)}</p>` +
    `${pages.length > 1 ? `<nav aria-label="Reports"><ul>${links}</ul></nav>` : ''}</header>\n` +
    `<main>\n${pages.map(pageHtml).join('\n')}\n</main>\n` +
    `<footer>Counts, times, names and costs only. Absent is not zero: – means that nothing was told.</footer>\n</body>\n</html>\n`
  );
}

function pageHtml({ name, title, span, warnings, lead, sections }: Page): string {
  const paragraph = (className: string, text: string): string => `<p class="${className}">${htmlText(text)}</p>`;
  return (
    `<article id="${name}" aria-labelledby="${name}-title">\n<h2 id="${name}-title">${htmlText(title)}</h2>\n` +
    paragraph('span', span) +
    lead.map((line) => paragraph('lead', line)).join('') +
    warnings.map((line) => paragraph('warn', line)).join('') +
    `\n${sections.map(sectionHtml).join('\n')}\n</article>`
  );
}

/** Our own sentences, in which commands stand between backticks. No names from data stand in them. */
function proseHtml(text: string): string {
  return htmlText(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function sectionHtml({ title, detail, lines = [], items = [], chart, table, notes = [] }: PageSection): string {
  if (lines.length + items.length === 0 && chart === undefined && (table === undefined || table.rows.length === 0))
    return '';
  const beside = detail === undefined ? '' : `<span class="detail">${proseHtml(detail)}</span>`;
  return (
    `<section>\n<h3>${htmlText(title)} ${beside}</h3>\n` +
    lines.map((line) => `<p>${proseHtml(line)}</p>`).join('') +
    (items.length === 0 ? '' : `<ol class="items">${items.map(itemHtml).join('')}</ol>`) +
    (chart === undefined ? '' : chartHtml(chart)) +
    (table === undefined || table.rows.length === 0 ? '' : tableHtml(table)) +
    notes.map((note) => `<p class="notes">${proseHtml(note)}</p>`).join('') +
    '\n</section>'
  );
}

function itemHtml({ name, text, tone, more }: NonNullable<PageSection['items']>[number]): string {
  const lines = more.map((line) => `<p>${htmlText(line)}</p>`).join('');
  return `<li><p><b>${htmlText(text)}</b></p>${lines}<p class="name ${tone}">${htmlText(name)}</p></li>`;
}

function tableHtml({ caption, columns, rows }: PageTable): string {
  const classes = columns.map(({ align, optional }) => [
    ...(align === 'right' ? ['right'] : []),
    ...(optional === true ? ['optional'] : []),
  ]);
  const head = columns.map(({ title }, place) => {
    const own = classAttribute(classes[place] ?? []);
    return title === '' ? `<td${own}></td>` : `<th scope="col"${own}>${htmlText(title)}</th>`;
  });
  const body = rows
    .slice(0, MAX_ROWS)
    .map((row) => `<tr>${row.map((cell, place) => cellHtml(cell, place === 0, classes[place] ?? [])).join('')}</tr>`);
  const more = rows.length - MAX_ROWS;
  return (
    `<div class="scroll" role="region" tabindex="0" aria-label="${htmlText(caption)}"><table><caption>${htmlText(caption)}</caption>` +
    `<thead><tr>${head.join('')}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>` +
    (more > 0 ? `<p class="notes">And ${more} more; <code>--json</code> has all.</p>` : '')
  );
}

function cellHtml(cell: PageCell, isHead: boolean, ofColumn: readonly string[]): string {
  const { text, tone, curve } =
    typeof cell === 'string' ? { text: cell } : { tone: undefined, curve: undefined, ...cell };
  const attributes =
    (isHead ? ' scope="row"' : '') + classAttribute([...ofColumn, ...(tone === undefined ? [] : [tone])]);
  const tag = isHead ? 'th' : 'td';
  return `<${tag}${attributes}>${htmlText(text)}${curve === undefined ? '' : svgCurve(curve)}</${tag}>`;
}

const classAttribute = (names: readonly string[]): string => (names.length === 0 ? '' : ` class="${names.join(' ')}"`);
