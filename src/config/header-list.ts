const MAX_LENGTH = 4_096;
const HEADER = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*?)\s*$/;

/**
 * Headers of a request in the form of OpenTelemetry's own variables: `name=value`, separated by commas, percents decoded.
 *
 * @returns Nothing for anything else, and for values that no header can have.
 */
export function parseHeaderList(text: string): Readonly<Record<string, string>> | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const headers: Record<string, string> = {};
  for (const part of text.split(',').filter((piece) => piece.trim() !== '')) {
    const [, name, encoded] = HEADER.exec(part) ?? [];
    const value = encoded === undefined ? undefined : decoded(encoded);
    if (name === undefined || value === undefined || !/^[\x20-\x7e]*$/.test(value)) return undefined;
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
