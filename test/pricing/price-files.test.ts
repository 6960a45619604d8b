import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { estimateCost, openPriceBook, type PriceBook, type Usage } from '../../src/pricing/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const DAY = (day: string): number => Date.parse(`${day}T00:00:00Z`) * 1_000;
const AT = DAY('2026-11-22');
const MILLION: Usage = { input_tokens: 1_000_000, requests: 1 };

function bookWith(text: string, file = 'amicus-metrics-prices.toml', named?: string): PriceBook {
  const directory = temporaryFolder();
  writeFileSync(join(directory, file), text);
  return openPriceBook({ directory, pricesFile: named });
}

const nanos = (book: PriceBook, model: string, usage: Usage = MILLION, at = AT): bigint | undefined =>
  estimateCost(usage, model, at, book)?.costNanos;

describe("a user's price file", () => {
  it('prices what the list does not know, and goes before it', () => {
    const book = bookWith(
      '[models."claude-haiku-5"]\ninput = 1\noutput = 5\n[models."gpt-5.5"]\ninput = 2\noutput = 3\n',
    );
    expect(book.problems).toEqual([]);
    expect(nanos(book, 'claude-haiku-5')).toBe(1_000_000_000n);
    expect(nanos(book, 'openai/GPT-5.5')).toBe(2_000_000_000n);
    expect(estimateCost(MILLION, 'gpt-5.5', AT, book)?.priceSource).toBe('override');
    expect(nanos(book, 'gpt-6-luna')).toBe(200_000_000n);
  });

  it('takes each price from its day on', () => {
    const book = bookWith(
      '[[models.mine]]\nfrom = 2026-03-01\ninput = 2\noutput = 3\n[[models.mine]]\nfrom = "2026-01-01"\ninput = 1\noutput = 1\n',
    );
    expect(nanos(book, 'mine', MILLION, DAY('2025-12-31'))).toBeUndefined();
    expect(nanos(book, 'mine', MILLION, DAY('2026-01-01'))).toBe(1_000_000_000n);
    expect(nanos(book, 'mine', MILLION, DAY('2026-03-01') - 1)).toBe(1_000_000_000n);
    expect(nanos(book, 'mine', MILLION, DAY('2026-03-01'))).toBe(2_000_000_000n);
  });

  it('prices caches, long contexts, fast and batch', () => {
    const book = bookWith(`[models.mine]
input = 10
output = 50
cache_read = 1
cache_write_5m = 12.5
cache_write_1h = 20
long_context = { above = 1000, input = 20 }
fast = { input = 60, output = 300 }
batch = { input = 5, output = 25 }
`);
    const usage: Usage = {
      input_tokens: 10,
      cached_tokens: 100,
      cache_write_5m_tokens: 100,
      cache_write_1h_tokens: 100,
      output_tokens: 10,
      requests: 1,
    };
    expect(nanos(book, 'mine', usage)).toBe(100_000n + 100_000n + 1_250_000n + 2_000_000n + 500_000n);
    expect(nanos(book, 'mine', { ...usage, input_tokens: 701 })).toBe(14_020_000n + 3_850_000n);
    expect(nanos(book, 'mine', { input_tokens: 10, speed: 'fast' })).toBe(600_000n);
    expect(nanos(book, 'mine', { input_tokens: 10, speed: 'batch' })).toBe(50_000n);
  });

  it('may be a price list of LiteLLM', () => {
    const list = {
      sample_spec: { input_cost_per_token: 'text' },
      mine: {
        input_cost_per_token: 3e-6,
        output_cost_per_token: 1.5e-5,
        cache_read_input_token_cost: 3e-7,
        cache_creation_input_token_cost: 3.75e-6,
        cache_creation_input_token_cost_above_1hr: 6e-6,
        input_cost_per_token_above_200k_tokens: 6e-6,
      },
    };
    const book = bookWith(JSON.stringify(list), 'list.json', 'list.json');
    expect(book.problems).toEqual([]);
    expect(nanos(book, 'mine')).toBe(6_000_000_000n);
    expect(nanos(book, 'mine', { input_tokens: 1_000, cached_tokens: 1_000, requests: 1 })).toBe(3_300_000n);
    expect(nanos(book, 'mine', { cache_write_5m_tokens: 1_000, cache_write_1h_tokens: 1_000 })).toBe(9_750_000n);
  });

  it.each([
    ['models = 3', 'has no table'],
    ['[models.mine]\ninput = 1', 'needs both'],
    ['[models.mine]\ninput = -1\noutput = 1', '"input" is not'],
    ['[models.mine]\ninput = 1\noutput = 1\ninptu = 3', 'there is no "inptu"'],
    ['[models.mine]\ninput = 1\noutput = 1\nfrom = "soon"', '"from" is not a date'],
    ['[models.mine]\ninput = 1\noutput = 1\nlong_context = { input = 3 }', '"long_context" needs'],
    ['[models.mine', 'cannot be read'],
  ])('that says %j is told what is wrong, and list prices count', (text, problem) => {
    const book = bookWith(text);
    expect(book.problems.map(({ message }) => message).join('\n')).toContain(problem);
    expect(nanos(book, 'mine')).toBeUndefined();
    expect(nanos(book, 'gpt-6-luna')).toBe(200_000_000n);
  });

  it('that is named and not there is a problem; one that is not named is none', () => {
    const directory = temporaryFolder();
    expect(openPriceBook({ directory }).problems).toEqual([]);
    expect(openPriceBook({ directory, pricesFile: 'mine.toml' }).problems[0]?.message).toContain('is not there');
  });
});

describe('the version of a price book', () => {
  it('names the package and what was put over it', () => {
    const plain = openPriceBook({ directory: temporaryFolder() });
    expect(plain.version).toMatch(/^genai-prices-\d+\.\d+\.\d+-r\d+$/);
    const text = '[models.mine]\ninput = 1\noutput = 1\n';
    expect(bookWith(text).version).toMatch(/^genai-prices-\d+\.\d+\.\d+-r\d+\+[0-9a-f]{8}$/);
    expect(bookWith(text).version).toBe(bookWith(text).version);
    expect(bookWith(`${text}\n`).version).not.toBe(bookWith(text).version);
  });
});
