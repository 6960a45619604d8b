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

## Alerts

A rule is a figure of a metric over the time just before now, with levels, or a finding of \`insights\`. \`up\` evaluates
rules and tells their channels; \`amicus-metrics alerts test queue\` says beforehand how often one would have fired.

\`\`\`toml
[alerts.queue]
metric = "task.claimed"
aggregation = "p95(queue_seconds)"  # as \`aggregate\` takes it; default: count
window = "1h"             # of the last hour; the rule is evaluated every 5 minutes
warn = 300                # in the unit of the figure; one of the levels will do
critical = 900
for = "10m"               # a level counts, and ends, when it was (not) met for so long; default: at once
cooldown = "1h"           # nobody is told of one level twice within this; the default
notify = ["terminal", "team"]  # default: the terminal of \`up\`

[alerts.failures]
metric = "task.completed"
window = "24h"
where = { outcome = ["failure", "abandoned"] }
group_by = "node_id"      # each node by itself; one that had no events for a day is no longer looked at
warn = 5

[alerts.silence]
metric = "task.completed"
window = "6h"
direction = "below"       # default: above
warn = 1

[alerts.latency]
metric = "state.write"
aggregation = "p99(duration_ms)"
window = "10m"
warn = 500
no_data = "alert"         # nothing to measure is an alert of its own; "keep": as before; default "ok": all is well

[alerts.found]
finding = "*"             # or a detector, such as "backlog"; severities warning and critical are the levels
notify = ["desktop"]

[notify.team]
kind = "webhook"          # or slack, alertmanager; "terminal" and "desktop" need no declaration
url = "https://alerts.example.com/amicus"
secret_env = "TEAM_WEBHOOK_SECRET"

[notify.chat]
kind = "slack"
url_env = "CHAT_WEBHOOK_URL"

[notify.ops]
kind = "alertmanager"
url = "http://127.0.0.1:9093"
\`\`\`

Secrets never stand in the file: \`secret_env\` and \`url_env\` name variables of the environment of \`up\`. Webhooks are
signed as [Standard Webhooks](https://www.standardwebhooks.com) says, with a key in base64; with \`secret_env\` an
Alertmanager gets it as a bearer token. Messages hold names of rules and groups, and figures. A failed delivery is tried
eight times within some minutes, always under one id; \`alerts\` shows what was given up. A window under ten minutes is
evaluated every 10 seconds, one under an hour every minute, one under a day every 5 minutes, a longer one every hour.

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
