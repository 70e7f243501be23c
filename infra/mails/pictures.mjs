// Draws README's mails, from what `checked_mails` wrote into a directory:
//
//   node infra/mails/pictures.mjs DIRECTORY PICTURES
//
// A picture is as wide as a phone, and twice as sharp. The same mails, fonts and Chromium make the same bytes.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { MailPage, start } from './browser.mjs';

const WIDTH = 390;
const DARK = ['picture_partial_shipment'];
// Of a picture that is drawn at half its size, no letter shows it.
const QUALITY = 75;

/** What of the mail is drawn: all of it. Playwright has no WebP, which takes a third of a PNG's bytes. */
async function picture(page) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  const clip = { x: 0, y: 0, width: WIDTH, height, scale: 1 };
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', {
    format: 'webp',
    quality: QUALITY,
    captureBeyondViewport: true,
    clip,
  });
  await devtools.detach();
  return Buffer.from(data, 'base64');
}

const [directory, to] = process.argv.slice(2);
const index = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8'));
mkdirSync(to, { recursive: true });

const browser = await start();
try {
  const pages = await MailPage.open(browser, 2);
  for (const mail of index.filter(({ group }) => group === 'picture')) {
    // As high as the mail, and not as the window.
    await pages.resize(WIDTH, 100);
    await pages.colour(DARK.includes(mail.name) ? 'dark' : 'light');
    await pages.show(readFileSync(join(directory, mail.html), 'utf8'), { pictures: true });
    const path = join(to, `${mail.name.replace('picture_', '').replaceAll('_', '-')}.webp`);
    const bytes = await picture(pages.page);
    writeFileSync(path, bytes);
    console.log(`${path}: ${mail.language}, ${bytes.length} bytes`);
  }
} finally {
  await browser.close();
}
