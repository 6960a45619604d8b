import type { Page } from 'playwright-core';

/** Nobody goes through more places than this to reach something. */
const MAX_STOPS = 80;

/** What the keyboard is on: what a screen reader would call it, and whether it can be seen that it is there. */
const ACTIVE = `(() => {
  const active = document.activeElement;
  const { outlineStyle, boxShadow, borderColor } = getComputedStyle(active);
  return {
    name: (active.getAttribute('aria-label') ?? active.innerText ?? '').trim(),
    isSeen: outlineStyle !== 'none' || boxShadow !== 'none' || active.matches('input, select, textarea, main'),
  };
})()`;

type Stop = { readonly name: string; readonly isSeen: boolean };

/** The name of what the keyboard is on now. */
export async function focused(page: Page): Promise<string> {
  const { name } = (await page.evaluate(ACTIVE)) as Stop;
  return name;
}

/** Presses Tab until the keyboard is on what has this name. @throws with all stops, where it is not reached or not seen. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const stops: string[] = [];
  for (let i = 0; i < MAX_STOPS; i++) {
    await page.keyboard.press('Tab');
    const stop = (await page.evaluate(ACTIVE)) as Stop;
    if (!stop.isSeen) throw new Error(`Nobody sees that the keyboard is on "${stop.name}".`);
    if (stop.name === name) return;
    stops.push(stop.name);
  }
  throw new Error(`The keyboard does not come to "${name}": ${stops.join(' | ')}`);
}
