/** What is written here: no more of YAML than rule files need. */
type Plain = string | readonly Plain[] | { readonly [key: string]: Plain };

/** A value as YAML in blocks. Texts are in double quotes, in which YAML reads what JSON writes. */
export function toYaml(value: Plain, indent = ''): string {
  if (typeof value === 'string') return `${JSON.stringify(value)}\n`;
  if (isList(value)) return value.map((entry) => `${indent}- ${toYaml(entry, `${indent}  `).trimStart()}`).join('');
  return Object.entries(value)
    .map(([key, inner]) => {
      if (typeof inner === 'string') return `${indent}${key}: ${toYaml(inner)}`;
      return `${indent}${key}:\n${toYaml(inner, `${indent}  `)}`;
    })
    .join('');
}

const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);
