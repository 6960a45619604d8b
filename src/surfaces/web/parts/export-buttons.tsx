import { Button, Group } from '@mantine/core';

import { saveAs } from '../data/save-as.ts';
import { type Sheet, toCsv, toJson } from '../data/sheet.ts';

/** Saves what is shown, exactly, as a file. */
export function ExportButtons({ name, sheet }: { name: string; sheet: Sheet }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={`Save ${name} as CSV`}
        onClick={() => saveAs(`${name}.csv`, 'text/csv', toCsv(sheet))}
      >
        CSV
      </Button>
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={`Save ${name} as JSON`}
        onClick={() => saveAs(`${name}.json`, 'application/json', toJson(sheet))}
      >
        JSON
      </Button>
    </Group>
  );
}
