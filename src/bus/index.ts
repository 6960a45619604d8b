/** The public names of the bus. The process itself is `bus-server.ts`, which is started and never imported. */
export { type BusOptions, openBus } from './bus.ts';
export { createMcpServer } from './create-mcp-server.ts';
export { DIALECT_VARIABLE, parseDialect, PLAIN_DIALECT } from './dialect.ts';
