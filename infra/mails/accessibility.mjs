// axe-core's rules, best practices included.

import { readFileSync } from 'node:fs';

import { load } from './tools.mjs';

const AXE = readFileSync(load.resolve('axe-core/axe.min.js'), 'utf8');

// Rules that are off although axe has them on, with the reason.
const OFF = {
  'image-redundant-alt':
    "An article's picture has the title beside it as its alternative: most readers see that before they allow pictures.",
};
// What a colour scheme changes.
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** Makes axe ready in the page that is shown. */
export async function prepare(page) {
  await page.evaluate(AXE);
}

/**
 * What axe finds in the page as it is laid out and coloured now.
 *
 * @param {boolean} onlyColours whether only the rules are asked that depend on the colour scheme
 * @returns {Promise<string[]>} a sentence for each element that breaks a rule, or of which axe cannot say whether its
 *   text can be read
 */
export async function accessibilityProblems(page, onlyColours) {
  const rules = Object.fromEntries(Object.keys(OFF).map((rule) => [rule, { enabled: false }]));
  const options = onlyColours
    ? { runOnly: { type: 'rule', values: OF_COLOURS } }
    : { rules: { ...rules, 'target-size': { enabled: true } } };
  const { violations, incomplete } = await page.evaluate(
    (asked) => globalThis.axe.run(document, { ...asked, resultTypes: ['violations', 'incomplete'] }),
    options,
  );
  const unsure = incomplete.filter((rule) => OF_COLOURS.includes(rule.id));
  return [...violations, ...unsure].flatMap((rule) =>
    rule.nodes.map((node) => `axe, ${rule.id}: ${node.any[0]?.message ?? rule.help} in ${node.html.slice(0, 120)}`),
  );
}
