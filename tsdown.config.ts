import { defineConfig } from 'tsdown';

/**
 * One folder, flat: processes that this package starts (`sql-child`, `bus-server` …) are found beside the chunk that
 * starts them. Each entry is a file that runs by itself or that users import.
 */
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    main: 'src/surfaces/cli/main.ts',
    'drain-worker': 'src/store/sqlite/drain-worker.ts',
    'bulk-thread': 'src/store/sqlite/bulk-thread.ts',
    'sql-child': 'src/query/sql-child.ts',
    'api-thread': 'src/surfaces/api/api-thread.ts',
    'answer-thread': 'src/surfaces/api/answer-thread.ts',
    'bus-server': 'src/bus/bus-server.ts',
    'example-node': 'src/example/example-node.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node24',
  dts: { entry: ['src/index.ts'] },
  clean: true,
  fixedExtension: false,
});
