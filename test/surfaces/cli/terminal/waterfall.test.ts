import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';

import { renderWaterfall, type WaterfallRow } from '../../../../src/surfaces/cli/terminal/waterfall.ts';

const ROWS: readonly WaterfallRow[] = [
  { label: 'queued', stretches: [{ fromMicros: 0, toMicros: 10, glyph: '░' }], marks: [], note: '10 s' },
  {
    label: 'Dev-1',
    stretches: [{ fromMicros: 10, toMicros: 40, glyph: '█' }],
    marks: [{ atMicros: 40, glyph: '✓' }],
    note: '30 s, success',
  },
  { label: 'calls', stretches: [], marks: [{ atMicros: 10, glyph: '|' }], note: '1' },
];
const settings = { fromMicros: 0, toMicros: 40, width: 50, axis: (at: number) => `${Math.round(at)}s` };

describe('renderWaterfall', () => {
  it('draws each stretch and mark where it belongs on one axis', () => {
    expect(renderWaterfall(ROWS, settings)).toEqual([
      '        0s      12s      26s     38s',
      'queued  ░░░░░░                       10 s',
      'Dev-1         ████████████████████✓  30 s, success',
      'calls         |                      1',
    ]);
  });

  it('shows at least one column of what was too short to be seen', () => {
    const [, line] = renderWaterfall(
      [{ label: 'x', stretches: [{ fromMicros: 39.999, toMicros: 40, glyph: '█' }], marks: [], note: '' }],
      settings,
    );
    expect(line?.match(/█/g)).toHaveLength(1);
  });

  it('stays within the width, for any width', () => {
    for (let width = 40; width < 160; width += 7) {
      for (const line of renderWaterfall(ROWS, { ...settings, width })) {
        expect(stringWidth(line)).toBeLessThanOrEqual(width);
      }
    }
  });

  it('draws a life of no length without dividing by it', () => {
    const lines = renderWaterfall(
      [{ label: 'queued', stretches: [{ fromMicros: 5, toMicros: 5, glyph: '░' }], marks: [], note: '0 s' }],
      { ...settings, fromMicros: 5, toMicros: 5 },
    );
    expect(lines[1]).toMatch(/^queued {2}░ +0 s$/);
  });
});
