import type { AttributeValue } from './telemetry.ts';

/** Most attributes of one record; OpenTelemetry's own limit is 128. */
export const MAX_ATTRIBUTES = 256;
/** Longest name of an attribute. */
const MAX_KEY_LENGTH = 256;

/** Attributes that hold content, persons or places. Only for counting: what is not on a list of what is read never passes. */
const PRIVATE = new Set(
  `user.id user.email user.account_uuid user.account_id user.groups user.name user_email organization.id cursor.user.id
  host.name host.id process.owner process.command_args process.command process.command_line process.executable.path
  installation.id server.address prompt prompt_text response user_prompt body body_ref tool_input tool_parameters
  tool_response full_command bash_command file_path arguments output function_args request_text response_text error
  error.message error_message error_details last_assistant_message compact_summary custom_instructions new_context
  user_system_prompt hook_definitions gen_ai.input.messages gen_ai.output.messages gen_ai.system_instructions
  gen_ai.tool.definitions gen_ai.tool.call.arguments gen_ai.tool.call.result gen_ai.tool.description ai.toolCall.args
  ai.toolCall.result db.query.text db.statement url.full url.query http.url exception.message exception.stacktrace
  mcp.resource.uri cwd transcript_path agent_transcript_path workspace.host_paths workspaces worktree_path
  git.repository_url task_subject task_description client.address`.split(/\s+/),
);
const PRIVATE_PREFIXES = [
  'enduser.',
  'gen_ai.prompt',
  'gen_ai.completion',
  'ai.prompt',
  'ai.response.',
  'system_prompt',
];

/** Whether an attribute is known to hold content or to point at a person. */
export function isPrivateAttribute(key: string): boolean {
  return PRIVATE.has(key) || PRIVATE_PREFIXES.some((prefix) => key.startsWith(prefix));
}

/** How many attributes were left out. */
type Left = { readonly private: number; readonly unlisted: number };

/** Gathers the attributes of one record: keeps what may be read, and counts the rest. */
export class AttributeFilter {
  readonly #isRead: (key: string) => boolean;
  readonly #leftOf = new WeakMap<object, Left>();
  #private = 0;
  #unlisted = 0;

  constructor(isRead: (key: string) => boolean) {
    this.#isRead = isRead;
  }

  /** Whether the value of an attribute may be looked at. Counts those that may not. */
  admits(key: string): boolean {
    if (this.#isRead(key) && key.length <= MAX_KEY_LENGTH) return true;
    if (isPrivateAttribute(key)) this.#private += 1;
    else this.#unlisted += 1;
    return false;
  }

  /** What was left out so far is this batch's: for an encoding whose attributes are read before it is known whose they are. */
  endOf(batch: object): void {
    this.#leftOf.set(batch, this.#takeLeft());
  }

  /** What was left out of a batch, or else since the last call. */
  leftOf(batch: object | undefined): Left {
    return (batch && this.#leftOf.get(batch)) ?? this.#takeLeft();
  }

  #takeLeft(): Left {
    const left = { private: this.#private, unlisted: this.#unlisted };
    this.#private = 0;
    this.#unlisted = 0;
    return left;
  }
}

/** Attributes as they are gathered. */
export type AttributeMap = Map<string, AttributeValue>;
