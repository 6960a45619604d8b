import { createInterface } from 'node:readline';

/** An MCP server that answers each call at once: what is measured is the way there and back. */
for await (const line of createInterface({ input: process.stdin })) {
  const { id } = JSON.parse(line) as { id: number };
  process.stdout.write(
    `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"pong"}],"isError":false}}\n`,
  );
}
