import type { OtlpRequest } from '../../src/sources/otlp/otlp-translator.ts';

const START_SECONDS = 1_795_339_454;

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** The push of a running client's counters at the end of its nth minute, in which it used 10 tokens in and 1 out. */
export function counterPush(minute: number): OtlpRequest {
  const point = (type: string, value: number) => ({
    attributes: [text('type', type), text('model', 'gemini-3.1-pro'), text('session.id', 's-1')],
    startTimeUnixNano: `${START_SECONDS}000000000`,
    timeUnixNano: `${START_SECONDS + minute * 60}000000000`,
    asInt: String(value),
  });
  const sum = {
    aggregationTemporality: 2,
    isMonotonic: true,
    dataPoints: [point('input', 10 * minute), point('output', minute)],
  };
  const resource = { attributes: [text('service.name', 'gemini-cli')] };
  const scopeMetrics = [{ scope: { name: 'gemini-cli' }, metrics: [{ name: 'gemini_cli.token.usage', sum }] }];
  const bytes = Buffer.from(JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics }] }));
  return { signal: 'metrics', encoding: 'json', bytes, node: undefined };
}
