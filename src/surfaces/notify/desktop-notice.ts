import { spawn } from 'node:child_process';

import type { AlertMessage } from './alert-message.ts';
import type { Attempt } from './post-json.ts';

type Notice = {
  readonly command: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
};

/** A balloon beside the clock. The texts come by variables, so that no quoting of theirs can matter. */
const WINDOWS_SCRIPT = [
  'Add-Type -AssemblyName System.Windows.Forms, System.Drawing;',
  '$notice = New-Object System.Windows.Forms.NotifyIcon;',
  '$notice.Icon = [System.Drawing.SystemIcons]::Information;',
  '$notice.Visible = $true;',
  '$notice.ShowBalloonTip(10000, $env:AMICUS_NOTICE_TITLE, $env:AMICUS_NOTICE_TEXT, "None");',
  'Start-Sleep -Seconds 10; $notice.Dispose()',
].join(' ');
const MAC_SCRIPT = ['on run argv', 'display notification (item 2 of argv) with title (item 1 of argv)', 'end run'];

/** The command that shows a notice on a platform. Texts are arguments or variables, never parts of a script. */
export function noticeFor(platform: NodeJS.Platform, message: AlertMessage): Notice {
  const [title, text] = [`amicus-metrics: ${message.rule.name}`, message.summary];
  if (platform === 'darwin') {
    return {
      command: 'osascript',
      words: [...MAC_SCRIPT.flatMap((line) => ['-e', line]), title, text],
      environment: {},
    };
  }
  if (platform === 'win32') {
    return {
      command: 'powershell',
      words: ['-NoProfile', '-NonInteractive', '-Command', WINDOWS_SCRIPT],
      environment: { AMICUS_NOTICE_TITLE: title, AMICUS_NOTICE_TEXT: text },
    };
  }
  const urgency = message.level === 'critical' ? 'critical' : 'normal';
  return {
    command: 'notify-send',
    words: ['--app-name=amicus-metrics', `--urgency=${urgency}`, '--', title, text],
    environment: {},
  };
}

/** Shows a notice on this machine, through the command that its desktop has for it, without a shell. */
export function showNotice(
  message: AlertMessage,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Attempt> {
  const { command, words, environment: own } = noticeFor(process.platform, message);
  return new Promise((resolve) => {
    const child = spawn(command, words, { env: { ...environment, ...own }, stdio: 'ignore', signal });
    child.on('error', () => resolve({ kind: 'refused', reason: 'no_desktop' }));
    child.on('close', (code) =>
      resolve(code === 0 ? { kind: 'delivered' } : { kind: 'refused', reason: 'no_desktop' }),
    );
  });
}
