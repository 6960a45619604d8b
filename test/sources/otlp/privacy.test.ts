import { describe, expect, it } from 'vitest';
import { fakeSecrets } from '../../support/fake-secrets.ts';
import { CLIENT_SAMPLES, KNOWN_USAGE, type ClientSample, sampleBytes } from '../../support/client-samples.ts';
import { openOtlpStore, usageTotals } from '../../support/otlp-store.ts';
import { filesBelow } from '../../support/recording.ts';

/** Attributes in which clients send content and personal data. */
const CONTENT_FIELDS = `user.email user.account_uuid user.account_id user.groups organization.id enduser.id user_email
  cursor.user.id host.name host.id process.owner process.command_args process.command process.command_line
  process.executable.path installation.id server.address user.id prompt prompt_text response user_prompt body body_ref
  tool_input tool_parameters tool_response full_command bash_command file_path arguments output function_args
  request_text response_text error error.message error_details last_assistant_message compact_summary
  custom_instructions new_context system_prompt_preview user_system_prompt hook_definitions gen_ai.input.messages
  gen_ai.output.messages gen_ai.system_instructions gen_ai.tool.definitions gen_ai.tool.call.arguments
  gen_ai.tool.call.result gen_ai.tool.description gen_ai.prompt.0.content gen_ai.completion.0.content ai.prompt
  ai.prompt.messages ai.response.text ai.toolCall.args ai.toolCall.result db.query.text url.full url.query
  exception.message exception.stacktrace mcp.resource.uri cwd transcript_path agent_transcript_path
  workspace.host_paths workspaces worktree_path git.repository_url task_subject task_description`.split(/\s+/);

const MARK = '9F3B7C2E5A';
const SECRETS = [
  ...Object.values(fakeSecrets(MARK)),
  `dev-${MARK}@example.com`,
  `+41 44 ${MARK}`,
  `/home/${MARK}/src/app.ts`,
  `C:\\Users\\${MARK}\\app.ts`,
  `function f() { return '${MARK}'; }`,
  `${MARK}-plain-words`,
  `fix: ${MARK} in the parser`,
];

type Json = { [key: string]: Json } & Json[] & string;
const asPairs = (value: string, i: number): unknown => {
  const key = CONTENT_FIELDS[i];
  // Lists and maps are ways to send content, too.
  if (i % 5 === 1) return { key, value: { arrayValue: { values: [{ stringValue: value }] } } };
  if (i % 5 === 2) return { key, value: { kvlistValue: { values: [{ key: value, value: { stringValue: value } }] } } };
  return { key, value: { stringValue: value } };
};

/** The sample with a secret in every content field of every resource, record, point and span, and in all free texts. */
function planted(sample: ClientSample): Buffer {
  let next = 0;
  const secret = (): string => SECRETS[next++ % SECRETS.length] ?? MARK;
  const plant = (owner: Json, own = true): void => {
    if (own)
      owner['attributes'] = [
        ...((owner['attributes'] as Json[]) ?? []),
        ...CONTENT_FIELDS.map((_, i) => asPairs(secret(), i)),
      ] as Json;
  };
  const root = JSON.parse(sampleBytes(sample, 'json').toString()) as Json;
  for (const resource of Object.values(root)[0] as Json[]) {
    plant(resource['resource'] as Json);
    const scopes = Object.entries(resource).find(([key]) => key.startsWith('scope') && key !== 'scope')?.[1] as Json[];
    for (const scope of scopes) {
      for (const record of (scope['logRecords'] ?? scope['spans'] ?? scope['metrics']) as Json[]) {
        if (sample.signal === 'metrics') {
          record['description'] = secret() as Json;
          const body = (record['sum'] ?? record['histogram'] ?? {}) as Json;
          for (const point of (body['dataPoints'] ?? []) as Json[]) {
            plant(point);
            point['exemplars'] = [{ filteredAttributes: [asPairs(secret(), 0)] }] as unknown as Json;
          }
          continue;
        }
        plant(record);
        record['body'] = { stringValue: secret() } as unknown as Json;
        record['severityText'] = secret() as Json;
        record['status'] = { message: secret() } as unknown as Json;
        record['events'] = [{ name: secret(), attributes: [asPairs(secret(), 0)] }] as unknown as Json;
      }
    }
  }
  return Buffer.from(JSON.stringify(root));
}

const FORMS = (needle: string): Buffer[] => [
  Buffer.from(needle),
  Buffer.from(needle.toLowerCase()),
  Buffer.from(needle, 'utf16le'),
  Buffer.from(Buffer.from(needle).toString('hex')),
  Buffer.from(Buffer.from(needle).toString('base64').slice(0, 12)),
];

describe('what agents say to each other', () => {
  it('is in no file, whatever field it is sent in, while every number is kept', async () => {
    const { translator, collector, directory } = openOtlpStore();
    for (const sample of CLIENT_SAMPLES) {
      const told = { signal: sample.signal, encoding: 'json', node: undefined } as const;
      expect(translator.receive({ ...told, bytes: planted(sample) })).toMatchObject({ rejected: 0 });
    }
    translator.release();
    await collector.flush();
    translator.save();
    expect(await usageTotals(collector)).toEqual(KNOWN_USAGE);
    await collector.close();
    const found = [...filesBelow(directory)].filter(([, bytes]) =>
      [...FORMS(MARK), ...FORMS('dev@example.com'), ...FORMS('acct_demo')].some((form) => bytes.includes(form)),
    );
    expect([...filesBelow(directory).keys()].some((path) => path.endsWith('otlp.state.json'))).toBe(true);
    expect(found.map(([path]) => path)).toEqual([]);
  });

  it('is not in the answer to a push that could not be read', () => {
    const { translator } = openOtlpStore();
    for (const secret of SECRETS) {
      const bytes = Buffer.from(`{"resourceLogs":[{"${secret}`);
      expect(() => translator.receive({ signal: 'logs', encoding: 'json', bytes, node: undefined })).toThrow(
        /^The body is not JSON\.$/,
      );
    }
  });
});
