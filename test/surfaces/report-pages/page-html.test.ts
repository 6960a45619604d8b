import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import type { Page } from '../../../src/surfaces/report-pages/page.ts';
import { documentHtml } from '../../../src/surfaces/report-pages/page-html.ts';

const HOSTILE = `<script>alert("1")</script><img src=x onerror='a()'>&\u202e\u0007`;

const page = (name: string, more: Partial<Page> = {}): Page => ({
  name,
  title: 'Nodes',
  span: 'a week',
  warnings: [HOSTILE],
  lead: [HOSTILE],
  sections: [
    {
      title: HOSTILE,
      detail: HOSTILE,
      lines: [`see \`report nodes\` ${HOSTILE}`],
      items: [{ name: HOSTILE, text: HOSTILE, tone: 'bad', more: [HOSTILE] }],
      chart: {
        kind: 'intervals',
        title: HOSTILE,
        reference: { value: 1, text: HOSTILE },
        rows: [{ name: HOSTILE, value: 1.2, low: 0.9, high: 1.6, tone: 'quiet' }],
      },
      table: {
        caption: HOSTILE,
        columns: [{ title: HOSTILE }, { title: 'n', align: 'right', optional: true }],
        rows: [[HOSTILE, { text: HOSTILE, tone: 'bad', curve: [1, undefined, 3] }]],
      },
      notes: [HOSTILE],
    },
  ],
  ...more,
});

const drawn = (chart: NonNullable<Page['sections'][number]['chart']>): string =>
  documentHtml([page('one', { sections: [{ title: 'Drawn', chart }] })], 'now');

describe('a document', () => {
  it('shows names from data as text, wherever they stand', () => {
    const html = documentHtml([page('one')], HOSTILE);
    const body = html.slice(html.indexOf('<body>'));
    expect(body).not.toMatch(/<script|<img|onerror='/);
    for (const unsafe of ['\u202e', '\u0007']) expect(body).not.toContain(unsafe);
    expect(body).toContain(
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&lt;img src=x onerror=&#39;a()&#39;&gt;&amp;\ufffd\ufffd',
    );
    expect(body).toContain('<code>report nodes</code>');
  });

  it('asks for nothing: no address, no script, and a policy that allows its own style sheet alone', () => {
    const html = documentHtml([page('one'), page('two')], 'now');
    expect(html).not.toMatch(/https?:|url\(|src=(?!x)|<link|<script|@import| style=/);
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(html).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
  });

  it('can be found one’s way in by those who do not see it', () => {
    const html = documentHtml([page('one'), page('two')], 'now');
    expect(html).toMatch(/<html lang="en">/);
    expect(html).toMatch(/<nav aria-label="Reports">.*<a href="#one">.*<a href="#two">/);
    for (const tag of ['<h1>', '<h2 id="one-title">', '<h3>', '<caption>', '<th scope="col"', '<th scope="row"'])
      expect(html).toContain(tag);
    for (const svg of html.match(/<svg[^>]*>/g) ?? [])
      expect(svg).toMatch(/aria-hidden="true"|role="img" aria-label="/);
  });

  it('stays small however many rows there are, and says how many are left out', () => {
    const rows = Array.from({ length: 5_000 }, (_, place) => [`node-${place} ${'x'.repeat(60)}`, String(place)]);
    const columns = [{ title: 'node' }, { title: 'n' }];
    const sections = [{ title: 'Many', table: { caption: 'Many', columns, rows } }];
    const html = documentHtml(
      Array.from({ length: 7 }, (_, place) => page(`p${place}`, { sections })),
      'now',
    );
    expect(html.length).toBeLessThan(300_000);
    expect(html).toContain('And 4940 more');
  });
});

describe('drawings', () => {
  it('set half and double equally far from what is compared with', () => {
    const row = (name: string, value: number) => ({ name, value, low: value, high: value, tone: 'good' as const });
    const html = drawn({
      kind: 'intervals',
      title: 'i',
      reference: { value: 1, text: 'as others' },
      rows: [row('half', 0.5), row('double', 2)],
    });
    const [half = 0, double = 0] = [...html.matchAll(/<rect x="([\d.]+)" y="4"/g)].map(([, x]) => Number(x) + 4);
    expect(300 - half).toBeCloseTo(double - 300, 1);
  });

  it('have no NaN and no column where nothing is', () => {
    const empty = [
      drawn({ kind: 'columns', title: 'c', from: 'a', to: 'b', series: [{ name: 's', values: [0, undefined, 0] }] }),
      drawn({ kind: 'columns', title: 'c', from: 'a', to: 'b', series: [{ name: 's', values: [] }] }),
      drawn({ kind: 'parts', title: 'p', parts: [{ name: 'none', value: 0, text: '0' }] }),
    ];
    for (const html of empty) expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('fill the whole with its parts', () => {
    const parts = [3, 1].map((value) => ({ name: String(value), value, text: String(value) }));
    const html = drawn({ kind: 'parts', title: 'p', parts });
    expect(html).toContain('<rect class="c0" x="0" y="0" width="448" height="20"/>');
    expect(html).toContain('<rect class="c1" x="450" y="0" width="148" height="20"/>');
  });
});
