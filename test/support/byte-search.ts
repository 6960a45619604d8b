import { filesBelow } from './recording.ts';

/** A text as it may lie in a file: as it is, in other cases, wide, reversed, and in the usual encodings. */
function formsOf(text: string): readonly (readonly [form: string, bytes: Buffer])[] {
  const plain = Buffer.from(text);
  // Encoded, a text looks differently by what stands before it: the middle of three shifts is the same.
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), plain]).toString('base64');
    return encoded.slice(shift === 0 ? 0 : 4, -4);
  });
  return [
    ['plain', plain],
    ['lower case', Buffer.from(text.toLowerCase())],
    ['upper case', Buffer.from(text.toUpperCase())],
    ['UTF-16', Buffer.from(text, 'utf16le')],
    ['reversed', Buffer.from(text.split('').toReversed().join(''))],
    ['hex', Buffer.from(plain.toString('hex'))],
    ...base64.map((encoded) => ['base64', Buffer.from(encoded)] as const),
  ];
}

/** Where a text lies in the files below a folder, as `path: form`. Looks at bytes, so that free pages and logs count. */
export function findBytes(folder: string, text: string): string[] {
  const forms = formsOf(text);
  return [...filesBelow(folder)].flatMap(([path, bytes]) =>
    forms.filter(([, form]) => bytes.includes(form)).map(([name]) => `${path}: ${name}`),
  );
}
