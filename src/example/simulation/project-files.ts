import type { SeededRandom } from '../../model/seeded-random.ts';

const AREAS = ['core', 'billing', 'search', 'upload', 'session', 'mail', 'export', 'admin', 'web', 'worker'] as const;
const FILES_PER_AREA = 1_500;

/** The file that all want to change when one is planned to be so. */
export const HOT_FILE = 'src/core/registry.ts';

/** The files that a task changes: of one area, and of so many that two tasks seldom meet. */
export function filesOf(random: SeededRandom): readonly string[] {
  const area = random.pick(AREAS);
  const count = random.whole(1, 4);
  const names = Array.from({ length: count }, () => {
    const number = random.whole(1, FILES_PER_AREA);
    return random.chance(0.3) ? `test/${area}/part-${number}.test.ts` : `src/${area}/part-${number}.ts`;
  });
  return [...new Set(names)];
}
