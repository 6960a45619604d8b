import { Exposition, type ExpositionContext } from '../exposition/exposition.ts';
import { chooseFormat } from './choose-format.ts';
import { CONTENT_TYPES, prometheusText } from './prometheus-text.ts';

/** What `/metrics` answers. */
export type MetricsAnswer = { readonly contentType: string; readonly body: string };

/**
 * The page that a Prometheus scrapes. One for each server: it keeps figures for a moment, so that several scrapers cost
 * no more than one.
 *
 * @example
 * const page = new MetricsPage(context);
 * app.get('/metrics', async (c) => {
 *   const { contentType, body } = await page.answer(c.req.header('accept'));
 *   return c.body(body, 200, { 'content-type': contentType });
 * });
 */
export class MetricsPage {
  readonly #exposition: Exposition;

  constructor(context: ExpositionContext) {
    this.#exposition = new Exposition(context);
  }

  /**
   * @param accept The header of the request, which says which of the two formats is wanted.
   * @throws StoreError when there is no store, or it cannot be read.
   */
  async answer(accept: string | undefined): Promise<MetricsAnswer> {
    const format = chooseFormat(accept);
    return { contentType: CONTENT_TYPES[format], body: prometheusText(await this.#exposition.families(), format) };
  }
}
