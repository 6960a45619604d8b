import type { AnyCommand, CommandEntry } from '../command.ts';

const entry = (name: string, summary: string, load: () => Promise<AnyCommand>): CommandEntry => ({
  name,
  summary,
  load,
});

/**
 * Every command, in the order of `amicus-metrics --help`. A new command is one file beside this one and one line here.
 * Each is loaded when it is run or asked for help, so that starting costs the same however many there are.
 */
export const COMMANDS: readonly CommandEntry[] = [
  entry('up', 'follow the cluster live; without one, an example', async () => (await import('./up.ts')).upCommand),
  entry(
    'example',
    'write the history of an invented cluster',
    async () => (await import('./example.ts')).exampleCommand,
  ),
  entry('status', 'the cluster now', async () => (await import('./status.ts')).statusCommand),
  entry('top', 'the cluster live on the whole terminal', async () => (await import('./top.ts')).topCommand),
  entry('overview', 'what the cluster did in a span', async () => (await import('./overview.ts')).overviewCommand),
  entry('nodes', 'the nodes and what each did', async () => (await import('./nodes.ts')).nodesCommand),
  entry('tasks', 'the tasks, latest activity first', async () => (await import('./tasks.ts')).tasksCommand),
  entry('trace', "one task's life as a waterfall", async () => (await import('./trace.ts')).traceCommand),
  entry('clock', 'where the time of tasks and nodes went', async () => (await import('./clock.ts')).clockCommand),
  entry('report', 'the week on one page, and other reports', async () => (await import('./report.ts')).reportCommand),
  entry('costs', 'what requests to models cost', async () => (await import('./costs.ts')).costsCommand),
  entry('budget', 'how much of each budget is used', async () => (await import('./budget.ts')).budgetCommand),
  entry(
    'forecast',
    'what will be spent, and when the queue is empty',
    async () => (await import('./forecast.ts')).forecastCommand,
  ),
  entry(
    'insights',
    'what is wrong, and what to do about it',
    async () => (await import('./insights.ts')).insightsCommand,
  ),
  entry(
    'alerts',
    'rules that tell you when something is wrong',
    async () => (await import('./alerts.ts')).alertsCommand,
  ),
  entry('query', 'events of a metric', async () => (await import('./query.ts')).queryCommand),
  entry('aggregate', 'figures by group and time', async () => (await import('./aggregate.ts')).aggregateCommand),
  entry('series', 'a figure over time, drawn', async () => (await import('./series.ts')).seriesCommand),
  entry('sql', 'any reading SQL', async () => (await import('./sql.ts')).sqlCommand),
  entry('mcp', 'serve metrics to agents over MCP', async () => (await import('./mcp.ts')).mcpCommand),
  entry('init', 'let clients measure their MCP servers', async () => (await import('./init.ts')).initCommand),
  entry('wrap', 'measure an MCP server by standing before it', async () => (await import('./wrap.ts')).wrapCommand),
  entry('run', 'run an agent with its telemetry on', async () => (await import('./run.ts')).runCommand),
  entry(
    'run-tests',
    'run tests and record how they went',
    async () => (await import('./run-tests.ts')).runTestsCommand,
  ),
  entry('record', 'record an event from a script', async () => (await import('./record.ts')).recordCommand),
  entry('export', 'write events to a file or a pipe', async () => (await import('./export.ts')).exportCommand),
  entry(
    'prometheus',
    'print what a Prometheus would scrape',
    async () => (await import('./prometheus.ts')).prometheusCommand,
  ),
  entry('import', 'read events back', async () => (await import('./import.ts')).importCommand),
  entry(
    'sources',
    'what tells events, and what was not kept',
    async () => (await import('./sources.ts')).sourcesCommand,
  ),
  entry('hook', 'record what a hook of an agent is told', async () => (await import('./hook.ts')).hookCommand),
  entry('metrics', 'what can be measured', async () => (await import('./metrics.ts')).metricsCommand),
  entry('upkeep', 'roll up, expire, keep the size', async () => (await import('./upkeep.ts')).upkeepCommand),
  entry(
    'forget',
    'remove a node, a task or a session for good',
    async () => (await import('./forget.ts')).forgetCommand,
  ),
  entry('backup', 'copy the store to a file', async () => (await import('./backup.ts')).backupCommand),
  entry('restore', 'put a copy back', async () => (await import('./restore.ts')).restoreCommand),
  entry('config', 'settings, their values and origins', async () => (await import('./config.ts')).configCommand),
  entry('completion', 'complete with the tab key', async () => (await import('./completion.ts')).completionCommand),
  entry('audit', 'check that all figures agree', async () => (await import('./audit.ts')).auditCommand),
  entry('doctor', 'check that nothing was lost', async () => (await import('./doctor.ts')).doctorCommand),
];
