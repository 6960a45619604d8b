import { describe, expect, it } from 'vitest';

import { LANGUAGES, languageOf } from '../../../../src/sources/git/complexity/languages.ts';
import { measureComplexity } from '../../../../src/sources/git/complexity/measure-complexity.ts';

async function measure(name: string, text: string): Promise<number | undefined> {
  const language = languageOf(name);
  if (language === undefined) throw new Error(`no language reads ${name}`);
  return measureComplexity(text, language);
}

/** Counted by hand; the comment of each line says what is counted in it. */
const COUNTED: Readonly<Record<string, readonly [complexity: number, text: string]>> = {
  'a.ts': [
    17,
    `abstract class A {
  abstract none(): void;
  get a(): number { return this.b ? 1 : 2; }        // function, ?:
  over(x: string): void;
  over(x: any): void { for (const y of x) y ||= 1; } // function, for, ||=
}
type Not<T> = T extends string ? 1 : 2;
const f = (x?: number): number => x ?? 0;            // function, ??
export async function* g(x: any, s = "if (a && b)") { // function; a string holds no code
  if (x) return; else if (x.y?.z) return; else x();  // if, if
  switch (x) { case 1: case 2: break; default: }     // case, case
  try { while (x) x(); } catch { } finally { }       // while, catch
  do { for (;;) x(); } while (x && x);               // do, for, &&
} // if (not) { code }
`,
  ],
  'a.tsx': [4, `const A = ({ on }: { on: boolean }) => <p onClick={() => 1}>{on && (on ? 'if' : <b>while</b>)}</p>;\n`],
  'a.jsx': [3, `function A(p) { return <p>{p || <b/>}{[1].map(function () {})}</p>; }\n`],
  'a.mjs': [
    8,
    `function f(a) { if (a) for (const k in a) a &&= k; return a ? 1 : \`\${a || 1}\`; } // 1 + if, for, &&=, ?:, ||
const o = { *m() {}, n: function () {} };                                              // 2 functions
`,
  ],
  'a.py': [
    18,
    `def f(a, b=lambda: 1):                  # 2 functions
    """if this: is no code"""
    if a and b or not a: pass           # if, and, or
    elif b: pass                        # elif
    else: pass
    for i in a: pass                    # for
    else: pass
    while a: a = a.b                    # while
    try: pass
    except ValueError: pass             # except
    except (OSError, KeyError): pass    # except
    finally: pass
    match a:
        case 1 | 2 if a: pass           # case
        case {"x": y}: pass             # case
        case _: pass
    with a: pass
    return [x for x in a if x], {x: 1 for x in a}, 1 if a else 2  # for, if, for, ?:
async def g():                          # function
    async for x in g(): pass            # for
`,
  ],
  'a.go': [
    14,
    `package a
func outside(x int) int
func (a A) f(x any) int { // function
	if x != nil && a.b || a.c { } else if a.d { } else { } // if, &&, ||, if
	for range a.e { } // for
	switch a.f { case 1, 2: return 1
	case 3: default: } // case, case
	switch x.(type) { case int: default: } // case
	select { case <-a.g: default: } // case
	for { break } // for
	g := func() { if a.d { } } // function, if
	g(); return 1
}
func main() { } // function
`,
  ],
  'a.rs': [
    16,
    `trait T { fn none(&self); fn some(&self) -> i32 { 1 } } // function
fn f(x: Option<i32>) -> Result<i32, E> { // function
    let Some(y) = x else { return Err(E) }; // else of let
    if y > 1 && y < 3 || g()? { } else if let Some(_) = x { } // if, &&, ||, ?, if
    while y > 1 { } // while
    for z in 0..3 { loop { break } } // for, loop
    let h = |a: i32| a + 1; // function
    match y { 1 | 2 => 1, n if n > 2 => 2, _ if h(1) > 0 => 3, _ => 4 }; // arm, arm, arm
    Ok(assert!(y > 1 && y > 2))
}
fn main() { } // function
`,
  ],
  'A.java': [
    18,
    `interface I { int none(int x); default int some() { return 1; } } // function
record R(int a) { R { } } // function
class A {
  A() { for (int i = 0; i < 3; i++) { } } // function, for
  int f(int x, boolean b) throws E { // function
    if (b && x > 1 || b) { } else if (b) { } // if, &&, ||, if
    for (int y : z) while (b) do { } while (b); // for, while, do
    switch (x) { case 1: case 2: break; default: } // case, case
    try { } catch (E | F e) { } finally { } // catch
    Runnable r = () -> { }; // function
    return switch (x) { case 1, 2 -> b ? 1 : 2; default -> 3; }; // case, ?:
  }
}
`,
  ],
  'a.cs': [
    27,
    `abstract class A {
  abstract int None(int x);
  int Auto { get; set; }
  int P => x ?? 1; // function, ??
  int Q { get { return 1; } set => y = 1; } // function, function
  A() { } ~A() { } // function, function
  public static A operator +(A a, A b) => a; // function
  int this[int i] => i; // function
  int F(int x, bool b) { // function
    if (b && b || b) { } else if (b) { } // if, &&, ||, if
    for (;;) foreach (var y in z) while (b) do { } while (b); // for, foreach, while, do
    switch (x) { case 1: case 2: break; case int i when i > 3: break; default: break; } // case, case, case
    try { } catch (E e) when (e.X) { } finally { } // catch
    x ??= 1; // ??=
    Func<int, int> f = y => y; // function
    int L() { return 1; } // function
    var d = delegate (int a) { return a; }; // function
    return x switch { 1 => b ? 1 : 2, _ => 3 }; // arm, ?:
  }
}
`,
  ],
  'a.cpp': [
    16,
    `struct A { A() = default; int none(); int some() const { return 1; } }; // function
template <class T> int f(T&& x, bool b) { // function
  if (b && x or b) { } else if (b) { } // if, &&, or, if
  for (auto&& y : x) for (;;) while (b) do { } while (b); // for, for, while, do
  switch (x) { case 1: case 2: break; default: break; } // case, case
  try { } catch (E& e) { } catch (...) { } // catch, catch
  auto l = [](int y) { return y; }; // function
  return b ? 1 : 2; // ?:
}
`,
  ],
  'a.c': [3, `#include <a.h>\n#if X && Y\n#endif\nint none(int);\nint f(int x) { return x || x ? 1 : 2; }\n`],
  'a.rb': [
    21,
    `def f(x) # function
  if x && y then 1 elsif x or y then 2 else 3 end # if, &&, elsif, or
  b if x # if
  b unless x # unless
  unless x then 1 end # unless
  case x
  when 1, 2 then 3 # when
  else 4
  end
  case x
  in {a: 1} if y then 1 # in
  in _ then 2
  end
  l = ->(y) { y } # function
  x.each do |y| y ||= x ? 1 : 2 end # function, ||=, ?:
  begin; 1; rescue A; 2; ensure; 3; end # rescue
  v = f rescue nil # rescue
  until x do b end # until
  b while x # while
  for y in x do b end # for
end
def self.b = x.map { |y| y } # function, function
`,
  ],
  'a.php': [
    20,
    `<p>if (not) code</p><?php
abstract class A { abstract function none(); function some() { } } // function
function f($x) { // function
  if ($x && $y) { } elseif ($x or $y) { } else if ($x ?? $y) { } else { } // if, &&, elseif, or, if, ??
  for (;;) { } foreach ($x as $y) { } while ($x) { } do { } while ($x); // for, foreach, while, do
  switch ($x) { case 1: case 2: break; default: } // case, case
  try { } catch (E $e) { } finally { } // catch
  $x ??= 1; // ??=
  $f = fn ($y) => $y; // function
  $g = function () use ($x) { }; // function
  return match ($x) { 1, 2 => $x ?: 3, default => 4 }; // arm, ?:
}
`,
  ],
  'a.sh': [
    17,
    `#!/bin/bash
f() { # function
  if a && b; then c; elif d; then e; else g; fi # if, &&, elif
  for i in a b; do c; done # for
  for ((i = 0; i < 3; i++)); do c; done # for
  while a; do b; done # while
  until a; do b; done # until
  case $x in a | b) c ;; d*) e ;; *) g ;; esac # case, case
  [[ $a = b || $c ]] && d # ||, &&
  select x in a b; do c; done # select
  echo $((a > 1 ? b : c)) "if; && ||" # ?:
}
a || b # ||
if (( a && b )); then c; fi # if, &&
`,
  ],
};

describe('cyclomatic complexity', () => {
  for (const [name, [complexity, text]] of Object.entries(COUNTED)) {
    it(`of ${name} is what a person counts`, async () => {
      expect(await measure(name, text)).toBe(complexity);
    });
  }

  it('is told for each language that is listed', () => {
    const tried = new Set(Object.keys(COUNTED).map(languageOf));
    expect(tried).toEqual(new Set(LANGUAGES));
    expect(languageOf('README.md')).toBeUndefined();
    expect(languageOf('Makefile')).toBeUndefined();
    expect(languageOf('src/LOUD.PY')?.grammar).toBe('python');
  });

  it('is zero for nothing, the same every time, and survives a small mistake in a text', async () => {
    const [, text] = COUNTED['a.ts'] ?? [0, ''];
    expect(await measure('a.ts', '')).toBe(0);
    expect(await Promise.all([measure('a.ts', text), measure('a.ts', text), measure('b.ts', text)])).toEqual([
      17, 17, 17,
    ]);
    expect(await measure('a.py', `${'def f(): return 1 if a else 2\n'.repeat(40)}x = = 1\n`)).toBe(80);
  });

  it('is unknown, not zero, for a text that is not in its language', async () => {
    expect(await measure('a.go', 'this is no code of any kind, it is a sentence.')).toBeUndefined();
    expect(await measure('a.ts', '<<<<<<< ours\nif (a) {\n=======\nwhile (b) {\n>>>>>>> theirs\n')).toBeUndefined();
  });

  it('of a large file is counted, and of a text made to be slow given up, while others get their turn', async () => {
    const large = 'function f(a) { if (a) return 1; else return [a, "é😀"]; }\n'.repeat(8_000);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    expect(await measure('a.js', large)).toBe(16_000);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(await measure('a.js', '[{('.repeat(170_000))).toBeUndefined();
    expect(await measure('a.js', 'if (a) b()')).toBe(1);
  });
});
