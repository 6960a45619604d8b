import { describe, expect, it } from 'vitest';

import { hotFile } from '../../../src/analysis/detectors/hot-file.ts';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { detect, minutesBefore } from '../../support/detect.ts';

const change = (minutes: number, node: string, ...files: string[]): IncomingEvent =>
  minutesBefore(minutes, 'code.changed', { node_id: node, files_modified: files });

describe('hot files', () => {
  it('are found where two nodes change one file in turn', async () => {
    const events = Array.from({ length: 8 }, (_, index) =>
      change(300 - index * 20, index % 2 === 0 ? 'Node-A1B2' : 'Node-C3D4', 'src/router.ts', `src/own-${index % 2}.ts`),
    );
    const { findings } = await detect(hotFile, events);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      subject: { kind: 'file', id: 'src/router.ts' },
      facts: { nodes: 2, handovers: 7 },
    });
  });

  it('are not found where one node changes a file often', async () => {
    const events = Array.from({ length: 20 }, (_, index) => change(300 - index * 10, 'Node-A1B2', 'src/router.ts'));
    expect((await detect(hotFile, events)).state).toBe('clear');
  });

  it('are not found where nodes change a file hours apart', async () => {
    const events = Array.from({ length: 8 }, (_, index) =>
      change(1_400 - index * 170, `Node-${index % 2}`, 'src/router.ts'),
    );
    expect((await detect(hotFile, events)).state).toBe('clear');
  });

  it('are not found where all files go from node to node', async () => {
    const files = Array.from({ length: 10 }, (_, index) => `src/file-${index}.ts`);
    const events = Array.from({ length: 10 }, (_, index) => change(300 - index * 20, `Node-${index % 2}`, ...files));
    expect((await detect(hotFile, events)).state).toBe('clear');
  });

  it('say that there is nothing where no change was told', async () => {
    expect((await detect(hotFile, [])).state).toBe('no_data');
  });
});
