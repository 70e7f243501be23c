// Everything that is to be seen of one mail in the browser.

import { accessibilityProblems, prepare } from './accessibility.mjs';
import { markupOf } from './clients.mjs';
import { layoutProblems } from './layout.mjs';

const WIDTHS = [320, 600, 1200];
// The narrowest phone of today: only with their style elements are mails made for older ones.
const PLAIN_WIDTHS = [360, 600];
// Where links are the closest.
const AUDITED_WIDTH = 320;

/**
 * Looks at a mail at each width, in both colour schemes, without its style elements, and without its pictures.
 *
 * @param {MailPage} pages where it is shown
 * @param {object} mail what index.json says of it
 * @param {boolean} isAudited whether by axe as well
 * @param {(where: string, problems: string[]) => void} report is told of what is wrong
 * @returns {Promise<object>} what it is written with, for `featuresOf`
 */
export async function lookAt(pages, mail, html, isAudited, report) {
  const areWordsOrdinary = mail.group !== 'hostile';
  const layout = (areTargetsChecked) => pages.page.evaluate(layoutProblems, { areWordsOrdinary, areTargetsChecked });
  await pages.show(html, { pictures: true });
  for (const width of WIDTHS) {
    await pages.resize(width);
    for (const scheme of ['light', 'dark']) {
      await pages.colour(scheme);
      report(`${width} px ${scheme}`, await layout(true));
      if (isAudited && width === AUDITED_WIDTH) report(scheme, await audit(pages.page, scheme));
    }
  }
  const strange = pages.requested.filter((url) => !mail.pictures.includes(url));
  report('', strange.map((url) => `fetches ${url}, which is no picture of the order or the brand`));
  report('', await pages.page.evaluate(hostileProblems));
  const markup = await pages.page.evaluate(markupOf);
  // Some clients remove style elements, and with them what makes small links larger.
  await pages.page.evaluate(() => document.querySelectorAll('style').forEach((style) => style.remove()));
  for (const width of PLAIN_WIDTHS) {
    await pages.resize(width);
    report(`${width} px without style elements`, await layout(false));
  }
  if (pages.requested.length > 0) {
    await pages.show(html, { pictures: false });
    for (const width of WIDTHS) {
      await pages.resize(width);
      report(`${width} px without pictures`, await layout(true));
    }
  }
  return markup;
}

async function audit(page, scheme) {
  if (scheme === 'light') await prepare(page);
  return accessibilityProblems(page, scheme === 'dark');
}

/** Whether a text of an event has become more than a text. Runs in the page; the samples' hostile texts name the host. */
function hostileProblems() {
  const links = [...document.links].filter((link) => link.href.includes('evil.example'));
  const active = document.querySelectorAll(
    'script:not([type="application/ld+json"]), iframe, object, embed, form, [onclick]',
  );
  return [
    ...links.map((link) => `links to ${link.href}, which is a customer's text`),
    ...[...active].map((element) => `has an active element: ${element.outerHTML.slice(0, 80)}`),
  ];
}
