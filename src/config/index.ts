/** Settings: where they may be set, what they may be, and which value counts. */
export { type AlertRule, readAlertRules } from './alert-rules.ts';
export { CONFIG_FILE_NAME, configFilePlaces } from './config-file.ts';
export { parseHeaderList } from './header-list.ts';
export { type Config, loadConfig, originText } from './load-config.ts';
export type { NotifyChannel } from './notify-channels.ts';
export { type AnySetting, SETTING_KEYS, type SettingKey, type Settings, SETTINGS } from './settings.ts';
export { formatSize } from './value-kinds.ts';
