import { csv } from './csv.ts';
import type { ExportFormat } from './format.ts';
import { json } from './json.ts';
import { ndjson } from './ndjson.ts';
import { parquet } from './parquet.ts';

/** Every format. A new one is one file and one line here. */
export const EXPORT_FORMATS: readonly ExportFormat[] = [ndjson, json, csv, parquet];
