import { Badge, Group, Paper, Text, Textarea } from '@mantine/core';
import { type KeyboardEvent, useId, useRef, useState } from 'react';

import { type SqlTable, type SqlWord, suggestWords, wordAt } from './sql-words.ts';

const KIND_COLOURS = { table: 'cyan', column: 'grape', word: 'gray' } as const;

/**
 * A statement, with words for what is being typed. The arrows choose, Enter takes, Escape closes; Ctrl and Space shows
 * them, Ctrl and Enter runs. Tab always leaves: nobody is caught in it.
 */
export function SqlInput({
  statement,
  tables,
  onChange,
  onRun,
}: {
  statement: string;
  tables: readonly SqlTable[];
  onChange: (statement: string) => void;
  onRun: () => void;
}) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(statement.length);
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const id = useId();
  const words = isOpen ? suggestWords(statement, caret, tables) : [];
  const close = (): void => {
    setOpen(false);
    setChosen(-1);
  };
  const take = ({ text }: SqlWord): void => {
    const { from } = wordAt(statement, caret);
    const end = from + text.length;
    onChange(`${statement.slice(0, from)}${text}${statement.slice(caret)}`);
    close();
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(end, end);
      setCaret(end);
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const word = words[chosen];
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onRun();
    else if (event.key === ' ' && event.ctrlKey) setOpen(true);
    else if (event.key === 'Escape' && words.length > 0) close();
    else if (event.key === 'Enter' && word !== undefined) take(word);
    else if (event.key === 'ArrowDown' && words.length > 0) setChosen((chosen + 1) % words.length);
    else if (event.key === 'ArrowUp' && words.length > 0 && chosen >= 0) setChosen(chosen - 1);
    else return;
    event.preventDefault();
  };
  return (
    <div>
      <Textarea
        ref={area}
        label="Statement"
        description="One statement that reads. Ctrl and Space suggests tables and columns, Ctrl and Enter runs it."
        autosize
        minRows={4}
        maxRows={16}
        spellCheck={false}
        autoCapitalize="off"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        aria-autocomplete="list"
        aria-controls={words.length === 0 ? undefined : id}
        aria-activedescendant={chosen < 0 ? undefined : `${id}-${chosen}`}
        value={statement}
        onChange={({ currentTarget: { value, selectionStart } }) => {
          onChange(value);
          setCaret(selectionStart);
          setChosen(-1);
          setOpen(
            wordAt(value, selectionStart).text !== '' || /\b(?:from|join)\s$/i.test(value.slice(0, selectionStart)),
          );
        }}
        onSelect={({ currentTarget: { selectionStart } }) => setCaret(selectionStart)}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      {words.length === 0 ? null : (
        <Paper withBorder shadow="sm" mt={4} p={4} id={id} role="listbox" aria-label="Words that fit">
          {words.map((word, place) => (
            <Group
              key={`${word.kind} ${word.text}`}
              id={`${id}-${place}`}
              role="option"
              aria-selected={place === chosen}
              gap="xs"
              px="xs"
              py={2}
              wrap="nowrap"
              className={place === chosen ? 'word word-chosen' : 'word'}
              // The text keeps the focus.
              onMouseDown={(event) => {
                event.preventDefault();
                take(word);
              }}
            >
              <Badge size="xs" variant="light" color={KIND_COLOURS[word.kind]} miw={56}>
                {word.kind}
              </Badge>
              <Text size="sm" ff="monospace" style={{ whiteSpace: 'nowrap' }}>
                {word.text}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                {word.note}
              </Text>
            </Group>
          ))}
        </Paper>
      )}
    </div>
  );
}
