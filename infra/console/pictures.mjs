// Makes README's pictures of the console from the pages that check.mjs drew into a directory:
//
//   node infra/console/pictures.mjs DIRECTORY PICTURES
//
// Each is the upper part of a page, at half its size. The pages hold times, so no two runs make the same bytes.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { start } from '../mails/browser.mjs';

const WIDTH = 1280;
const HEIGHT = 900;
const QUALITY = 80;
const PAGES = [
  ['today', 'light'],
  ['order', 'light'],
  ['queue', 'dark'],
  ['sample', 'light'],
];

const [directory, to] = process.argv.slice(2);
mkdirSync(to, { recursive: true });
const browser = await start();
try {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  const devtools = await page.context().newCDPSession(page);
  for (const [name, scheme] of PAGES) {
    const drawn = readFileSync(join(directory, `${name}-${WIDTH}-${scheme}.png`), 'base64');
    await page.setContent(`<body style="margin:0"><img src="data:image/png;base64,${drawn}" width="${WIDTH}">`);
    await page.locator('img').evaluate((image) => image.decode());
    // Playwright has no WebP, which takes a third of a PNG's bytes.
    const clip = { x: 0, y: 0, width: WIDTH, height: HEIGHT, scale: 0.5 };
    const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY, clip });
    const path = join(to, `${name}.webp`);
    const bytes = Buffer.from(data, 'base64');
    writeFileSync(path, bytes);
    console.log(`${path}: ${scheme}, ${bytes.length} bytes`);
  }
} finally {
  await browser.close();
}
