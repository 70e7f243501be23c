// Draws README's mails, from what `preview` wrote into a directory:
//
//   node infra/mails/pictures.mjs DIRECTORY PICTURES
//
// A picture is as wide as a phone, and twice as sharp.

import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { MailPage, start } from './browser.mjs';

const WIDTH = 390;
const DARK = ['picture_partial_shipment'];

const [directory, to] = process.argv.slice(2);
const index = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8'));
mkdirSync(to, { recursive: true });

const browser = await start();
try {
  const pages = await MailPage.open(browser, 2);
  for (const mail of index.filter(({ group }) => group === 'picture')) {
    await pages.show(readFileSync(join(directory, mail.html), 'utf8'), { pictures: true });
    // As high as the mail, and not as the window.
    await pages.resize(WIDTH, 100);
    await pages.colour(DARK.includes(mail.name) ? 'dark' : 'light');
    const path = join(to, `${mail.name.replace('picture_', '').replaceAll('_', '-')}.png`);
    await pages.page.screenshot({ path, fullPage: true });
    console.log(`${path}: ${mail.language}, ${statSync(path).size} bytes`);
  }
} finally {
  await browser.close();
}
