import { CHANGES } from '../../src/surfaces/api/changes/index.ts';
import { QUESTIONS } from '../../src/surfaces/api/routes/index.ts';
import { generatedFrom, type Page, table } from './page.ts';

/** Parameters of every span; said once. */
const SPAN = ['since', 'until', 'tz'];

const names = (shape: Readonly<Record<string, unknown>>): string =>
  Object.keys(shape)
    .filter((name) => !SPAN.includes(name))
    .map((name) => `\`${name}\``)
    .join(', ');

const takesSpan = (shape: Readonly<Record<string, unknown>>): string => ('since' in shape ? 'yes' : '');

export const apiPage: Page = {
  name: 'api.md',
  render() {
    const questions = QUESTIONS.map(({ route }) => [
      `\`GET ${route.path}\``,
      route.description,
      names(route.request.query.shape),
      takesSpan(route.request.query.shape),
    ]);
    const changes = CHANGES.map(({ route }) => [
      `\`POST ${route.path}\``,
      route.description,
      names(route.request.body.content['application/json'].schema.shape),
    ]);
    return `${generatedFrom('src/surfaces/api/')}
# HTTP API

While \`amicus-metrics up\` runs, it answers at \`http://127.0.0.1:4319/api/v1\`, as JSON; \`/openapi.json\` describes all of
it, answers included. Programs show a token; \`api.read-token\` in the context folder may look, \`api.token\` may also
decide and run SQL:

\`\`\`sh
curl -H "authorization: Bearer $(cat .ai/api.read-token)" 'http://127.0.0.1:4319/api/v1/overview?since=7d'
\`\`\`

Errors have one shape: \`{ "error": { "code", "message", "hint" } }\`. Where events that an answer needed cannot be read,
because the file was damaged, \`unreadable\` says of which metric and time, beside answers and errors alike. Moments are microseconds since the Unix epoch where a
name says so, money is exact text beside a float, and what is not known is absent. A question that was just asked is
answered from memory, the longer the more it cost (\`age\` says for how many seconds), and its answer is made anew
meanwhile; \`etag\` tells what has not changed.

## Questions

Where a span is taken: \`since\`, \`until\` (\`24h\`, \`7d\`, \`2026-11-24\`, seconds since the epoch) and \`tz\`.

${table(['', 'what it tells', 'parameters', 'span'], questions)}
\`GET /live\` tells what happens as server-sent events: \`change\`, with how many events of which metrics came and with
findings and alerts, at most one a second; \`reset\` where what was missed is not known any more. It resumes from
\`Last-Event-ID\`.

## Changes

With \`api.token\`, and \`content-type: application/json\`.

${table(['', 'what it does', 'body'], changes)}`;
  },
};
