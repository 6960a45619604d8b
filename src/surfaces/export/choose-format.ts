import type { ExportFormat } from './format.ts';
import { EXPORT_FORMATS } from './index.ts';
import { COMPRESSION_ENDINGS } from './output-file.ts';

/** The format that a file's name asks for, a compression ending left out of account. */
export function formatByFileName(path: string): ExportFormat | undefined {
  const endings = path.toLowerCase().split('.').slice(1);
  const last = COMPRESSION_ENDINGS.includes(endings.at(-1) ?? '') ? endings.at(-2) : endings.at(-1);
  return EXPORT_FORMATS.find((format) => last !== undefined && format.endings.includes(last));
}

/** The format of that name or ending. */
export function formatByName(name: string): ExportFormat | undefined {
  return EXPORT_FORMATS.find((format) => format.name === name || format.endings.includes(name));
}
