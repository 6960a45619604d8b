import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const BUS_SERVER = new URL(
  import.meta.url.endsWith('.ts') ? '../bus/bus-server.ts' : './bus-server.js',
  import.meta.url,
);

/** A tool that answered with an error: the task is taken, the node is unknown. The node goes on. */
export class BusRefusal extends Error {}

/** One node's connection to a bus process of its own, as an agent's client has it. */
export class BusClient {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Starts the bus on a context folder and connects. The bus ends when this process does, or on `close()`. */
  static async connect(directory: string, nodeId: string): Promise<BusClient> {
    const inherited = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    );
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [fileURLToPath(BUS_SERVER)],
      env: { ...Object.fromEntries(inherited), CONTEXT_BUS_DIR: directory },
      stderr: 'inherit',
    });
    const client = new Client({ name: nodeId, version: '0.1.0' });
    // Some servers print lines that are no messages; a client skips them.
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the client is no event target
    client.onerror = () => undefined;
    await client.connect(transport);
    return new BusClient(client);
  }

  /**
   * Calls a tool and gives back its text.
   *
   * @throws BusRefusal when the tool answered with an error.
   */
  async call(tool: string, args: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const result = await this.#client.callTool({ name: tool, arguments: { ...args } });
    const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    if (result.isError === true) throw new BusRefusal(text);
    return text;
  }

  /** Ends the bus process and waits until it is gone. */
  async close(): Promise<void> {
    await this.#client.close();
  }
}
