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
`;
  },
};
