/**
 * A language that complexity is measured in. A node type is written bare; anything else is a pattern of tree-sitter's
 * query language that captures what counts as `@point`.
 */
export type Language = {
  /** As the package of grammars names it. */
  readonly grammar: string;
  /** Endings of file names, in lower case. */
  readonly endings: readonly string[];
  /** What is a function with a body: one path each. */
  readonly functions: readonly string[];
  /** Where one path becomes two: one more each. */
  readonly decisions: readonly string[];
  /** Patterns whose `@ignored` holds nothing that counts. */
  readonly ignored?: readonly string[];
};

/** `&&` and its kin evaluate their right side on a condition. */
const shortCircuit = (node: string, ...operators: readonly string[]): string =>
  `(${node} operator: [${operators.map((it) => `"${it}"`).join(' ')}] @point)`;

/** A case that takes all that is left is the way on, as `default` and `else` are. */
const unlessTakesAll = (pattern: string, takesAll: string): string =>
  `(${pattern} @point (#not-eq? @label "${takesAll}"))`;

const ECMA_SCRIPT = {
  functions: [
    'function_declaration',
    'function_expression',
    'generator_function_declaration',
    'generator_function',
    'arrow_function',
    'method_definition',
  ],
  decisions: [
    'if_statement',
    'for_statement',
    'for_in_statement',
    'while_statement',
    'do_statement',
    'switch_case',
    'catch_clause',
    'ternary_expression',
    shortCircuit('binary_expression', '&&', '||', '??'),
    shortCircuit('augmented_assignment_expression', '&&=', '||=', '??='),
  ],
} as const;

/**
 * All that is measured. Counted alike everywhere: each `if` and `else if`, each loop, each case that names a value (with
 * its guard, once), each handler of an exception, each conditional expression and each short-circuiting operator.
 * Not counted: `else`, `default`, `finally`, optional chaining, the preprocessor, the inside of macros. Where a language
 * has more that branches, or less, its line says so.
 */
export const LANGUAGES: readonly Language[] = [
  { grammar: 'typescript', endings: ['.ts', '.mts', '.cts'], ...ECMA_SCRIPT },
  { grammar: 'tsx', endings: ['.tsx'], ...ECMA_SCRIPT },
  { grammar: 'javascript', endings: ['.js', '.mjs', '.cjs', '.jsx'], ...ECMA_SCRIPT },
  {
    // Loops and conditions of comprehensions count as the statements do.
    grammar: 'python',
    endings: ['.py', '.pyi', '.pyw'],
    functions: ['function_definition', 'lambda'],
    decisions: [
      'if_statement',
      'elif_clause',
      'for_statement',
      'while_statement',
      'except_clause',
      'conditional_expression',
      'boolean_operator',
      'for_in_clause',
      '(list_comprehension (if_clause) @point)',
      '(set_comprehension (if_clause) @point)',
      '(dictionary_comprehension (if_clause) @point)',
      '(generator_expression (if_clause) @point)',
      unlessTakesAll('(case_clause . (case_pattern) @label)', '_'),
    ],
  },
  {
    grammar: 'go',
    endings: ['.go'],
    functions: ['(function_declaration body: (_)) @point', 'method_declaration', 'func_literal'],
    decisions: [
      'if_statement',
      'for_statement',
      'expression_case',
      'type_case',
      'communication_case',
      shortCircuit('binary_expression', '&&', '||'),
    ],
  },
  {
    // `?` returns early, and the `else` of a `let … else` is a way out.
    grammar: 'rust',
    endings: ['.rs'],
    functions: ['function_item', 'closure_expression'],
    decisions: [
      'if_expression',
      'for_expression',
      'while_expression',
      'loop_expression',
      'try_expression',
      '(let_declaration alternative: (_)) @point',
      '(let_chain "&&" @point)',
      unlessTakesAll('(match_arm pattern: (match_pattern) @label)', '_'),
      shortCircuit('binary_expression', '&&', '||'),
    ],
  },
  {
    grammar: 'java',
    endings: ['.java'],
    functions: [
      '(method_declaration body: (_)) @point',
      'constructor_declaration',
      'compact_constructor_declaration',
      'lambda_expression',
    ],
    decisions: [
      'if_statement',
      'for_statement',
      'enhanced_for_statement',
      'while_statement',
      'do_statement',
      '(switch_label "case") @point',
      'catch_clause',
      'ternary_expression',
      shortCircuit('binary_expression', '&&', '||'),
    ],
  },
  {
    // Accessors and properties count as functions where they have a body.
    grammar: 'c-sharp',
    endings: ['.cs'],
    functions: [
      '(method_declaration body: (_)) @point',
      '(constructor_declaration body: (_)) @point',
      '(destructor_declaration body: (_)) @point',
      '(operator_declaration body: (_)) @point',
      '(conversion_operator_declaration body: (_)) @point',
      '(local_function_statement body: (_)) @point',
      '(accessor_declaration body: (_)) @point',
      '(property_declaration value: (arrow_expression_clause)) @point',
      '(indexer_declaration value: (arrow_expression_clause)) @point',
      'lambda_expression',
      'anonymous_method_expression',
    ],
    decisions: [
      'if_statement',
      'for_statement',
      'foreach_statement',
      'while_statement',
      'do_statement',
      '(switch_section "case") @point',
      'catch_clause',
      'conditional_expression',
      unlessTakesAll('(switch_expression_arm . (_) @label)', '_'),
      shortCircuit('binary_expression', '&&', '||', '??'),
      shortCircuit('assignment_expression', '??='),
    ],
  },
  {
    // C is read as C++.
    grammar: 'cpp',
    ignored: ['(preproc_if condition: (_) @ignored)', '(preproc_elif condition: (_) @ignored)'],
    endings: ['.cpp', '.cc', '.cxx', '.hpp', '.hh', '.hxx', '.h', '.c'],
    functions: ['(function_definition body: (_)) @point', 'lambda_expression'],
    decisions: [
      'if_statement',
      'for_statement',
      'for_range_loop',
      'while_statement',
      'do_statement',
      '(case_statement "case") @point',
      'catch_clause',
      'conditional_expression',
      shortCircuit('binary_expression', '&&', '||', 'and', 'or'),
    ],
  },
  {
    // A block is a function; a lambda is one by its block.
    grammar: 'ruby',
    endings: ['.rb', '.rake'],
    functions: ['method', 'singleton_method', 'block', 'do_block'],
    decisions: [
      '(if "if") @point',
      '(unless "unless") @point',
      '(elsif "elsif") @point',
      'if_modifier',
      'unless_modifier',
      '(while "while") @point',
      '(until "until") @point',
      'while_modifier',
      'until_modifier',
      '(for "for") @point',
      '(when "when") @point',
      unlessTakesAll('(in_clause pattern: (_) @label)', '_'),
      '(rescue "rescue") @point',
      'rescue_modifier',
      'conditional',
      shortCircuit('binary', '&&', '||', 'and', 'or'),
      shortCircuit('operator_assignment', '&&=', '||='),
    ],
  },
  {
    grammar: 'php',
    endings: ['.php'],
    functions: [
      '(function_definition body: (_)) @point',
      '(method_declaration body: (_)) @point',
      'anonymous_function',
      'arrow_function',
    ],
    decisions: [
      'if_statement',
      'else_if_clause',
      'for_statement',
      'foreach_statement',
      'while_statement',
      'do_statement',
      'case_statement',
      'match_conditional_expression',
      'catch_clause',
      'conditional_expression',
      shortCircuit('binary_expression', '&&', '||', 'and', 'or', '??'),
      shortCircuit('augmented_assignment_expression', '??='),
    ],
  },
  {
    // Lists of commands join with `&&` and `||`, and tests do.
    grammar: 'bash',
    endings: ['.sh', '.bash'],
    functions: ['function_definition'],
    decisions: [
      'if_statement',
      'elif_clause',
      'for_statement',
      'c_style_for_statement',
      'while_statement',
      'ternary_expression',
      unlessTakesAll('(case_item . value: (_) @label)', '*'),
      '(list ["&&" "||"] @point)',
      shortCircuit('binary_expression', '&&', '||'),
    ],
  },
];

const BY_ENDING = new Map(LANGUAGES.flatMap((language) => language.endings.map((ending) => [ending, language])));

/** The language of a file, by its name. Nothing where it is none that is measured. */
export function languageOf(name: string): Language | undefined {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? undefined : BY_ENDING.get(name.slice(dot).toLowerCase());
}

/** What finds all that counts, as one query of tree-sitter. */
export function countingQuery({ functions, decisions, ignored = [] }: Language): string {
  return [...ignored, ...functions, ...decisions].map((it) => (/^\w+$/.test(it) ? `(${it}) @point` : it)).join('\n');
}
