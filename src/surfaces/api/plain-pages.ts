/** Pages of a few words, without script and style, for when there is no dashboard to show. */
const page = (title: string, ...paragraphs: readonly string[]): string =>
  `<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>${title}</title><main><h1>${title}</h1>${paragraphs.map((text) => `<p>${text}</p>`).join('')}</main></html>\n`;

/** For a browser that has shown no token. */
export const DOOR_PAGE = page(
  'Amicus Metrics',
  'Open the link that <code>amicus-metrics up</code> prints: it carries the token that this page asks for.',
  'The token is also in <code>api.token</code> in the context folder: <code>/login?token=…</code>',
);

/** For a browser whose link carries another token. */
export const WRONG_LINK_PAGE = page(
  'Amicus Metrics',
  'The token of this link is not the one of this server. Open the link that <code>amicus-metrics up</code> printed last.',
);

/** Where the sources run and the dashboard was not built. */
export const UNBUILT_PAGE = page(
  'The dashboard is not built',
  'Run <code>npm run build</code>, and load this page again. The API answers all the same: <a href="/openapi.json">/openapi.json</a>.',
);
