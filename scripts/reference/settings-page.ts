import { CONFIG_FILE_NAME, SETTING_KEYS, SETTINGS } from '../../src/config/index.ts';
import { generatedFrom, type Page, table } from './page.ts';

export const settingsPage: Page = {
  name: 'settings.md',
  render() {
    const rows = SETTING_KEYS.map((key) => {
      const setting = SETTINGS[key];
      return [
        setting.inFile ? `\`${setting.name}\`` : `${setting.name} (not in the file)`,
        setting.environment.map((variable) => `\`${variable}\``).join(', '),
        setting.fallbackText,
        setting.doc,
      ];
    });
    return `${generatedFrom('src/config/settings.ts')}# Settings

A flag counts before an environment variable, that before the file, that before the default. The file is
\`${CONFIG_FILE_NAME}\` in the context folder or in the folder above it; it is read, never run. A wrong value is told by
\`amicus-metrics config\` and \`doctor\`, and the next best one counts: recording never stops because of it.

${table(['setting', 'environment', 'default', 'meaning'], rows)}
## Custom metrics

\`\`\`toml
[metrics."build.finished"]
doc = "A build ended."
[metrics."build.finished".fields]
duration_seconds = { kind = "measure", unit = "seconds" }
outcome = { kind = "one_of", words = ["success", "failure"] }
\`\`\`

## Budgets

\`\`\`toml
[budgets.team]
limit_usd = 50            # or limit_tokens, or limit_runs (attempts at tasks)
per = "week"              # "day", "week" or "month", by the calendar of \`time_zone\`; weeks begin on Monday
role = "developer"        # or node, cluster, client, model; none of them: everything
stages = [50, 80, 100]    # percent
\`\`\`

## Detectors

What a detector goes by can be changed, one parameter at a time; [detectors](detectors.md) names them.

\`\`\`toml
[detectors.backlog]
target_minutes = 45
\`\`\`

## Prices of your own

In \`amicus-metrics-prices.toml\` beside the configuration, or in the file that \`prices.file\` names (a \`.json\` file is
read as a price list in the form of LiteLLM). In dollars for a million tokens. They count before the list that comes with
the package, for the days from \`from\` (UTC) on.

\`\`\`toml
[models."claude-haiku-5"]
input = 1
output = 5
cache_read = 0.1          # absent: as input
cache_write_5m = 1.25     # absent: as input
cache_write_1h = 2        # absent: as cache_write_5m
long_context = { above = 200_000, input = 2, output = 7.5 }
fast = { input = 6, output = 30 }
batch = { input = 0.5, output = 2.5 }

[[models."gpt-6.1-sol"]]  # several, each from its day on
from = 2026-09-01
input = 2
output = 10
\`\`\`
`;
  },
};
