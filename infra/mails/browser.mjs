// Debian's Chromium, and pages that show a mail and fetch nothing from the network.

import { existsSync } from 'node:fs';

import { drawingFor } from './articles.mjs';
import { load } from './tools.mjs';

const { chromium } = load('playwright-core');

const ORIGIN = 'https://mail.invalid/';

/** Starts the browser, without the sandbox that root and many containers cannot have: it shows nothing but our own mails. */
export async function start() {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  if (!executablePath) {
    throw new Error('Chromium is not installed. Expected /usr/bin/chromium: run `apt-get install chromium`.');
  }
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none', '--hide-scrollbars'],
  });
}

/** A page in which mails are shown, one after the other. */
export class MailPage {
  static async open(browser, scale = 1) {
    const context = await browser.newContext({ deviceScaleFactor: scale, serviceWorkers: 'block' });
    const mails = new MailPage(await context.newPage());
    await context.route('**/*', (route) => mails.#answer(route));
    return mails;
  }

  constructor(page) {
    this.page = page;
    this.html = '';
    this.requested = [];
  }

  /** Shows a mail, its pictures replaced by drawings or blocked; `requested` then has every URL that it asked for. */
  async show(html, { pictures }) {
    Object.assign(this, { html, pictures, requested: [] });
    await this.page.goto(ORIGIN, { waitUntil: 'load' });
  }

  resize(width, height = 900) {
    return this.page.setViewportSize({ width, height });
  }

  /** Chooses `light` or `dark`. */
  colour(scheme) {
    return this.page.emulateMedia({ colorScheme: scheme });
  }

  async #answer(route) {
    const request = route.request();
    if (request.url() === ORIGIN) {
      return route.fulfill({ contentType: 'text/html; charset=utf-8', body: this.html });
    }
    this.requested.push(request.url());
    if (this.pictures && request.resourceType() === 'image') {
      return route.fulfill({ contentType: 'image/svg+xml', body: drawingFor(request.url()) });
    }
    return route.abort();
  }
}
