import { ADVICE_RULES } from '../../src/analysis/advice/rules/index.ts';
import type { AnyDetector } from '../../src/analysis/detectors/detector.ts';
import { DETECTORS } from '../../src/analysis/detectors/index.ts';
import { generatedFrom, type Page, table } from './page.ts';

function detectorSection({ kind, title, doc, parameters }: AnyDetector): string {
  const rows = Object.entries(parameters).map(([name, { value, unit, doc: meaning }]) => [
    `\`${name}\``,
    String(value),
    unit,
    meaning,
  ]);
  const actions = ADVICE_RULES.filter((rule) => rule.kind === kind).flatMap((rule) => rule.actions);
  const advises = actions.length === 0 ? 'Nothing.' : `${actions.map((action) => `\`${action}\``).join(', ')}.`;
  return `## ${title}\n\n\`${kind}\`. ${doc}\n\nAdvises: ${advises}\n\n${table(['parameter', 'default', 'unit', 'meaning'], rows)}`;
}

export const detectorsPage: Page = {
  name: 'detectors.md',
  render() {
    return `${generatedFrom('src/analysis/detectors/')}# Detectors

What \`amicus-metrics insights\` looks for: in the last 24 hours, compared with up to 28 days before them. Each says one
of: what it found; that nothing is wrong; that it has seen too little yet to judge; that nothing of the kind was
recorded; that a figure never changes, so that nothing can stand out.

Any parameter can be set in \`amicus-metrics.toml\`: see [settings](settings.md). How much of what is wrong they find, and how
often they find what is not there: [proving ground](../proving-ground.md).

${DETECTORS.map(detectorSection).join('\n')}`;
  },
};
