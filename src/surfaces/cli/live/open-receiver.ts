import { HttpReceiver, type McpMount } from '../../http/http-receiver.ts';
import { isLoopback } from '../../http/request-guard.ts';
import type { CommandContext } from '../context.ts';
import { configOfRun } from '../settings-of.ts';
import { printable } from '../terminal/printable.ts';

/** Why a port could not be taken, by the system's word for it. */
export const PORT_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is taken by another program, perhaps another `amicus-metrics up`',
  EACCES: 'this user may not take it',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this machine has no such address',
};

/**
 * Takes the port for agents' telemetry, and says where it is. Where that fails, says so in a sentence; everything else
 * goes on without.
 */
export async function openReceiver(context: CommandContext): Promise<HttpReceiver | undefined> {
  const { settings, problems } = configOfRun(context);
  const { otlpHost: host, otlpPort: port, otlpToken: token } = settings;
  if (port === 0) return undefined;
  const refuse = (why: string): undefined => {
    const place = printable(`${host}:${port}`);
    context.note(`No telemetry of agents is taken at ${place}: ${why}. See otlp.port and otlp.host in the settings.`);
  };
  if (problems.some(({ message }) => message.startsWith('otlp.token ')))
    return refuse('otlp.token is not as it must be');
  if (!isLoopback(host) && token === undefined) return refuse('other machines can reach it, so otlp.token must be set');
  const openMcp = async (): Promise<McpMount> => {
    const { openMcpMount } = await import('../../mcp/open-mcp-mount.ts');
    return openMcpMount(context);
  };
  const receiver = new HttpReceiver({ host, port, token, metricsDirectory: context.directory, openMcp });
  try {
    const address = await receiver.listen();
    context.note(
      `Telemetry of agents is taken at ${printable(address)}; \`amicus-metrics sources\` says how to send it.`,
    );
    context.note(`Agents ask for metrics at ${printable(address)}/mcp, an MCP server.`);
    return receiver;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return refuse(PORT_REASONS[code] ?? code);
  }
}
