/** The public names of the bus. The process itself is `bus-server.ts`, which is started and never imported. */
export { type Bus, type BusOptions, openBus } from './bus.ts';
export { createMcpServer } from './create-mcp-server.ts';
export { type Dialect, DIALECT_VARIABLE, DIALECT_WORDS, parseDialect, PLAIN_DIALECT } from './dialect.ts';
export { METRICS_VARIABLE } from './open-recorder.ts';
