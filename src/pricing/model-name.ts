/** What clients put behind a name that says nothing of the price: `claude-opus-5-5[1m]`. */
const CONTEXT_MARK = /\[[^\]]*\]$/;
/** Amazon Bedrock: a region, a vendor, the model, a version. */
const BEDROCK =
  /^(?:(?:us|us-gov|eu|apac|jp|au|ca|sa|me|af|global|regional)\.)?(?:anthropic|amazon|ai21|cohere|deepseek|meta|minimax|mistral|moonshot|nvidia|openai|qwen|writer|zai)\./;
const BEDROCK_VERSION = /-v\d+(?::\d+)?$/;
/** `-20260901`, `@20260901` (Vertex), `-2026-09-01` (OpenAI), `-latest`. */
const DATE = /(?:[-@](?:20\d{2})(?:-?)(?:0[1-9]|1[0-2])(?:-?)(?:0[1-9]|[12]\d|3[01])|[-@]latest)$/;

/**
 * The forms under which a price list may hold a model, most exact first: as it was told, without the mark of the
 * context window, without vendor or region, without version and date.
 */
export function modelNameForms(model: string): readonly string[] {
  const forms = [model.trim().toLowerCase()];
  const add = (form: string): void => {
    if (form !== '' && !forms.includes(form)) forms.push(form);
  };
  const last = (): string => forms.at(-1) ?? '';
  add(last().replace(CONTEXT_MARK, ''));
  add(last().slice(last().lastIndexOf('/') + 1));
  add(last().replace(BEDROCK, ''));
  add(last().replace(BEDROCK_VERSION, ''));
  add(last().replace(DATE, ''));
  return forms;
}

/** True for a name as Amazon Bedrock writes it, where the region is a part of the price. */
export function isBedrockName(form: string): boolean {
  return BEDROCK.test(form);
}

/**
 * Whether two names mean the same model. `claude-opus-4.8` and `us.anthropic.claude-opus-4-8-v1:0` do;
 * `claude-sonnet-5-5` and `claude-sonnet-5` do not: a price taken from the one for the other is a guess.
 */
export function isSameModel(a: string, b: string): boolean {
  const plain = (name: string): string => (modelNameForms(name).at(-1) ?? '').replaceAll('.', '-');
  return plain(a) === plain(b);
}
