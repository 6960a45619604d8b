import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { loadConfig } from '../../src/config/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function configOf(text: string) {
  const directory = temporaryFolder();
  writeFileSync(join(directory, 'amicus-metrics.toml'), text);
  const { alerts, channels, problems } = loadConfig({ directory, environment: {} });
  return { alerts, channels, problems: problems.map(({ message }) => message).join('\n') };
}

const RULE = '[alerts.queue]\nmetric = "task.claimed"\nwindow = "1h"\n';
const CHANNEL = '[notify.team]\n';

describe('alert rules in the configuration', () => {
  it('are read with their defaults', () => {
    const { alerts, problems } = configOf(`${RULE}warn = 3\n[alerts.found]\nfinding = "*"\nnotify = ["desktop"]\n`);
    expect(problems).toBe('');
    const policy = { forMicros: 0, noData: 'ok', cooldownMicros: 3_600_000_000 };
    expect(alerts).toEqual([
      {
        ...policy,
        kind: 'metric',
        name: 'queue',
        metric: 'task.claimed',
        aggregation: 'count',
        windowMicros: 3_600_000_000,
        stepMicros: 300_000_000,
        where: {},
        groupBy: undefined,
        direction: 'above',
        warn: 3,
        critical: undefined,
        notify: ['terminal'],
      },
      { ...policy, kind: 'finding', name: 'found', finding: '*', notify: ['desktop'] },
    ]);
  });

  it.each([
    ['30s', 10],
    ['45m', 60],
    ['6h', 300],
    ['7d', 3_600],
  ])('with a window of %s are evaluated every %d seconds', (window, seconds) => {
    const { alerts } = configOf(RULE.replace('1h', window).concat('warn = 1'));
    expect(alerts).toMatchObject([{ stepMicros: seconds * 1e6 }]);
  });

  it.each([
    [RULE, 'needs warn, critical, or both'],
    [`${RULE}warn = "3"`, 'warn = "3"; it must be a number'],
    [`${RULE}warn = 9\ncritical = 3`, 'critical must be further above than warn'],
    [`${RULE}warn = 1\ncritical = 3\ndirection = "below"`, 'critical must be further below than warn'],
    [`${RULE}warn = 1\ndirection = "up"`, 'one of above, below'],
    [`${RULE}warn = 1\nno_data = "fire"`, 'one of ok, alert, keep'],
    [`${RULE}warn = 1\nfor = "soon"`, 'a length of time'],
    [`${RULE}warn = 1\nfor = "1mo"`, 'without months'],
    [`${RULE}warn = 1\ngroup_by = "task_id"`, 'group_by = "task_id"; it must be one of node_id'],
    [`${RULE}warn = 1\nwhere = { nod_id = "x" }`, 'did you mean node_id?'],
    [`${RULE}warn = 1\nnotify = "team"`, 'a list of channels'],
    [`${RULE}warn = 1\nnotify = ["team"]`, 'notifies "team", which is no channel'],
    [`${RULE.replace('1h', '95s')}warn = 1`, 'must be whole 10 seconds'],
    [`${RULE.replace('1h', '1y')}warn = 1`, 'without months'],
    [`${RULE.replace('1h', '40d')}warn = 1`, 'from 10s to 31d'],
    [RULE.replace('task.claimed', 'task.claimd'), 'did you mean task.claimed?'],
    ['[alerts.x]\nwarn = 1', 'needs one of metric or finding'],
    ['[alerts.x]\nfinding = "backlog"\nwarn = 1', 'has no "warn"'],
    ['[alerts."x y"]\nfinding = "backlog"', 'has a name with other than letters'],
    ['alerts = 3', 'not a table'],
  ])('leaves out or questions %j and says why', (text, problem) => {
    expect(configOf(text).problems).toContain(problem);
  });

  it('leaves the good ones alone', () => {
    expect(configOf(`${RULE}warn = 1\n[alerts.bad]\nfinding = 3`).alerts).toHaveLength(1);
  });
});

describe('channels in the configuration', () => {
  it('are those declared, the terminal and the desktop', () => {
    const { channels } = configOf(`${CHANNEL}kind = "slack"\nurl_env = "HOOK"`);
    expect(channels).toEqual([
      { name: 'terminal', kind: 'terminal' },
      { name: 'desktop', kind: 'desktop' },
      { name: 'team', kind: 'slack', url: undefined, urlEnv: 'HOOK', secretEnv: undefined },
    ]);
  });

  it.each([
    ['url = "https://x.test"', 'needs a kind'],
    ['kind = "mail"', 'one of webhook, slack, alertmanager, terminal, desktop'],
    ['kind = "slack"', 'needs one of url or url_env'],
    ['kind = "slack"\nurl = "ftp://x.test"', 'only http and https'],
    ['kind = "slack"\nurl = "x"', 'must be an address'],
    ['kind = "slack"\nurl = "https://me:pw@x.test"', 'has a password in its url'],
    ['kind = "webhook"\nurl = "https://x.test"', 'needs secret_env'],
    ['kind = "webhook"\nurl = "https://x.test"\nsecret = "hush"', 'put it into a variable'],
    ['kind = "webhook"\nurl = "https://x.test"\nsecret_env = "a-b"', 'is no name of a variable'],
    ['kind = "desktop"\nurl = "https://x.test"', 'has no "url"'],
  ])('leaves out %j and says why, without a secret', (text, problem) => {
    const { problems } = configOf(CHANNEL + text);
    expect(problems).toContain(problem);
    expect(problems).not.toMatch(/hush|a-b|pw/);
  });
});
