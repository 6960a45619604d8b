import type { McpServer } from '@modelcontextprotocol/server';

type ReviewPrompt = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What the model is asked to do. Fixed: nothing from data is in it. */
  readonly text: string;
};

const PROMPTS: readonly ReviewPrompt[] = [
  {
    name: 'catch_up',
    title: 'Catch up on the cluster',
    description: 'What happened in the last day, and what needs a decision.',
    text:
      'Catch up on the cluster of agents.\n' +
      '1. Call get_metrics_insights, and for each insight that is critical query_metrics with its evidence.\n' +
      '2. Call get_cluster_clock for the last 24 hours.\n' +
      '3. Call get_costs by day and model for the last 48 hours.\n' +
      'Then tell in at most ten sentences: what is wrong and what it costs, what to do first, and what you could not ' +
      'tell from the figures. Give figures with their units, call estimates estimates, and do not call absent figures 0. ' +
      'Do not decide on an insight without being asked to.',
  },
  {
    name: 'weekly_review',
    title: 'Weekly review',
    description: 'The last seven days against the weeks before: time, money, quality, and what advice came to.',
    text:
      'Write a weekly review of the cluster of agents.\n' +
      '1. Call get_metrics_insights with window 7d and size full.\n' +
      '2. Call get_cluster_clock with since 7d, and get_costs by model, by role and by day with since 7d.\n' +
      '3. Call query_metrics for task.completed with group_by outcome, once with since 7d and once with since 14d and ' +
      'until 7d.\n' +
      'Then write: what was done and what it cost for each task that ended in success, with the denominator; where time ' +
      'went that was not work; what changed against the week before; what became of accepted advice, which is ' +
      'observational; and at most three things to do next week. Leave out what the figures do not tell.',
  },
];

/** Reviews that a person can ask for by name. */
export function registerPrompts(server: McpServer): void {
  for (const { name, title, description, text } of PROMPTS) {
    server.registerPrompt(name, { title, description }, () => ({
      description,
      messages: [{ role: 'user', content: { type: 'text', text } }],
    }));
  }
}
