// Looks at each page of `waybill console` in Chromium, against a one-machine stack with the sample orders: 1280 and 375
// pixels wide, light and dark, with axe; then goes by keyboard alone from the first page to a mail.
//
//   node infra/console/check.mjs [DIRECTORY]    draws each page into DIRECTORY too

import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { accessibilityProblems, prepare } from '../mails/accessibility.mjs';
import { start } from '../mails/browser.mjs';

const BINARIES = new URL('../../target/debug/', import.meta.url);
const WIDTHS = [1280, 375];
const SCHEMES = ['light', 'dark'];
const MAIL_DLQ = '/000000000000/waybill-mail-dlq';

const pictures = process.argv[2];
const problems = [];
const running = [];

/** Starts one of our binaries, and waits for a line that `pattern` matches. Returns its first group. */
function run(name, args, pattern) {
  const child = spawn(new URL(name, BINARIES).pathname, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  return new Promise((found, failed) => {
    child.on('exit', (code) => failed(new Error(`${name} ended with ${code} before it said where it listens`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = pattern.exec(line);
      if (match) {
        found(match[1]);
      }
    });
  });
}

/** Puts a message on the mail queue's dead-letter queue that nobody can read. */
async function addDeadLetter(stack) {
  const answer = await fetch(stack, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' },
    body: JSON.stringify({ QueueUrl: `${stack}${MAIL_DLQ}`, MessageBody: '{"not":"ours"}' }),
  });
  if (!answer.ok) {
    throw new Error(`SQS took no dead letter: ${await answer.text()}`);
  }
}

/** Waits until the samples' mails are delivered: Today's page then counts them. */
async function untilMailed(stack) {
  for (let tries = 0; tries < 120; tries += 1) {
    const { mails } = await (await fetch(`${stack}/mail.json`)).json();
    if (mails.length >= 20) {
      return;
    }
    await new Promise((later) => setTimeout(later, 500));
  }
  throw new Error('the sample orders were not mailed within a minute');
}

function tell(where, problem) {
  problems.push(`${where}: ${problem}`);
}

/** Looks at a page at each width and in each colour scheme; without a path, at the one that is open. */
async function look(page, name, path, status = 200) {
  const answer = path && (await page.goto(path));
  if (answer && answer.status() !== status) {
    tell(name, `answers ${answer.status()} instead of ${status}`);
  }
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme });
      const where = `${name}, ${width} px, ${scheme}`;
      await prepare(page);
      for (const problem of await accessibilityProblems(page, false)) {
        tell(where, problem);
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) {
        tell(where, `is ${wide} px wider than the window`);
      }
      if (pictures) {
        await page.screenshot({ path: `${pictures}/${name}-${width}-${scheme}.png`, fullPage: true });
      }
    }
  }
}

/** Presses Tab until the focus is on an element that `selector` matches; at most so many times as no page has stops. */
async function tabTo(page, selector) {
  for (let stops = 0; stops < 80; stops += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) {
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      if (outline === 'none') {
        tell('keyboard', `${selector} has the focus, and nothing shows it`);
      }
      return;
    }
  }
  throw new Error(`no Tab leads to ${selector} on ${page.url()}`);
}

/** From the first page to a customer's mail without a mouse and without a script of the page's. */
async function byKeyboard(page, order) {
  await page.goto('/');
  await page.keyboard.press('Tab');
  if (!(await page.evaluate(() => document.activeElement.matches('.skip')))) {
    tell('keyboard', 'the first Tab does not lead to the link that skips the head');
  }
  // Both shops of the samples have an order of this number: the one whose brand begins so is chosen.
  await tabTo(page, '#shop');
  await page.keyboard.type('Nordl');
  await tabTo(page, '#q');
  await page.keyboard.type(order);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/order\?/);
  await tabTo(page, 'summary');
  await page.keyboard.press('Enter');
  await tabTo(page, '#why');
  await page.keyboard.type('ticket 4711');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=Show the mail');
  await tabTo(page, 'a[href^="/order/mail"]');
  await page.keyboard.press('Enter');
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  await frame.waitForURL(/\/order\/mail\/body/);
  if (!(await frame.content()).includes(order)) {
    tell('keyboard', `the frame does not show the mail of ${order}`);
  }
}

/** Has a copy of a mail sent: a form that is refused, then what was done. */
async function byForm(page) {
  await page.goto('/order/act?action=copy&id=1001&kind=order.confirmed');
  await page.fill('#address', 'office@customers');
  await page.fill('#why', 'ticket 4711');
  await page.click('main button[type=submit]');
  await page.waitForSelector('[role=alert]');
  await look(page, 'refused');
  await page.fill('#address', 'office@customers.example');
  await page.click('main button[type=submit]');
  await page.waitForURL(/\/job\?/);
  await look(page, 'job');
}

/** Has a mail that came back sent to a corrected address, and asks whether it went to another one. */
async function byAddress(page) {
  await page.goto('/order/act?action=correct&id=1013&kind=order.confirmed');
  await page.fill('#address', 'new@customers.example');
  await page.fill('#why', 'ticket 4711');
  await page.click('main button[type=submit]');
  await page.waitForURL(/\/job\?/);
  await page.goto('/order?id=1013');
  await page.click('summary');
  await page.fill('#why', 'ticket 4711');
  await page.click('main form[action="/order/unmask"] button');
  await page.waitForSelector('text=Is it this address?');
  await look(page, 'corrected');
  await page.fill('input[name=address]', 'other@customers.example');
  await page.click('text=Compare');
  await page.waitForURL(/\/order\/address/);
  await look(page, 'compared');
}

/** Searches what both shops have, what one has that was not chosen, and what nobody has. */
async function bySearch(page) {
  for (const [name, shop, typed] of [
    ['several', '', '1001'],
    ['elsewhere', 'north', '1002'],
    ['no-address', 'north', 'nobody@customers.example'],
  ]) {
    await page.goto('/orders');
    await page.selectOption('#in-shop', shop);
    await page.fill('#wanted', typed);
    await page.click('main button[type=submit]');
    await page.waitForURL((url) => url.pathname === '/orders');
    await page.waitForSelector('main h1:not(:text("Find an order"))');
    await look(page, name);
  }
}

/** Has a filter repair a message that it cannot: refused without one, then what it changes and what it is refused on. */
async function byFilter(page) {
  await page.goto('/dead-letters/edit?queue=mail');
  await page.fill('#text', '.a = = 1');
  await page.click('main button[type=submit]');
  await page.waitForSelector('[role=alert]');
  await look(page, 'filter-refused');
  await page.fill('#text', '.v = 1');
  await page.click('main button[type=submit]');
  await page.waitForSelector('text=The edit changes 1 message');
  await look(page, 'repaired');
  await page.goto('/dead-letters/edit?queue=mail');
  await page.fill('#text', '.not.there = 1');
  await page.click('main button[type=submit]');
  await page.waitForSelector('text=The edit is refused on 1 message');
  await look(page, 'repair-refused');
}

/** Has a shop's first settings checked: with a mistake, then what would change. */
async function byShop(page) {
  await page.goto('/shops');
  await page.fill('#new-shop', 'west');
  await page.click('main button[type=submit]');
  await page.waitForURL(/shop=west/);
  for (const [name, settings] of [
    ['settings-refused', '{ "formalty": "informal" }'],
    ['settings', '{ "formality": "informal" }'],
  ]) {
    await page.fill('#document', settings);
    await page.click('main button[type=submit]');
    await page.waitForLoadState();
    await look(page, name);
  }
}

/** Reads the pages with their own policy and without scripts, as a browser may: nothing is refused, and the forms work. */
async function withoutScripts(browser, state, baseURL, paths) {
  const context = await browser.newContext({ baseURL, storageState: state, javaScriptEnabled: false });
  const page = await context.newPage();
  // A mail's frame has a policy of its own, which is to refuse its pictures.
  const isFrame = (url) => new URL(url, baseURL).pathname.endsWith('/body');
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text()) && !isFrame(message.location().url)) {
      tell('policy', `${page.url()}: ${message.text()}`);
    }
  });
  page.on('requestfailed', (request) => {
    if (request.frame() === page.mainFrame()) {
      tell('policy', `${request.url()} was not loaded`);
    }
  });
  for (const path of paths) {
    const answer = await page.goto(path);
    if (!(await answer.text()).includes('href="/style.css"')) {
      tell('without scripts', `${path} has no style sheet`);
    }
  }
  await page.goto('/orders');
  await page.selectOption('#in-shop', 'default');
  await page.fill('#wanted', '1001');
  await page.click('main button[type=submit]');
  await page.waitForURL(/\/order\?/);
  await page.click('text=Show the mail');
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  await frame.waitForURL(/\/order\/mail\/body/);
  if (!(await frame.content()).includes('1001')) {
    tell('without scripts', 'the frame does not show the mail');
  }
  await page.click('text=End session');
  const after = await page.goto('/');
  if (after.status() !== 403) {
    tell('without scripts', `a session that was ended is answered ${after.status()}`);
  }
  await context.close();
}

async function check() {
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
  }
  const stack = await run('waybill-local', ['--port', '0'], /(http:\/\/127\.0\.0\.1:\d+)\//);
  await untilMailed(stack);
  await addDeadLetter(stack);
  const link = await run('waybill', ['console', '--endpoint-url', stack], /(http:\/\/\S+token=\S+)/);
  const browser = await start();
  const context = await browser.newContext({ baseURL: new URL(link).origin, bypassCSP: true });
  const page = await context.newPage();
  const answer = await page.goto(link);
  if (answer.status() !== 200) {
    throw new Error(`the link of the console answers ${answer.status()}`);
  }
  await byKeyboard(page, '1001');
  const mail = page.url();
  await page.goto('/dead-letters/queue?queue=mail');
  const deadLetter = await page.locator('a[href^="/dead-letters/message"]').first().getAttribute('href');
  const message = new URL(deadLetter, page.url()).searchParams.get('id');
  await page.goto('/mails?language=de');
  const sample = await page.locator('a[href^="/mails/mail"]').first().getAttribute('href');
  const pages = [
    ['today', '/'],
    ['orders', '/orders'],
    ['order', '/order?id=1001'],
    ['masked', '/order?id=1002'],
    ['mail', mail],
    ['act', '/order/act?action=copy&id=1001&kind=order.confirmed'],
    ['dead-letters', '/dead-letters'],
    ['queue', '/dead-letters/queue?queue=mail'],
    ['dead-letter', deadLetter],
    ['plan', '/dead-letters/replay?queue=mail'],
    ['drop', '/dead-letters/drop?queue=mail'],
    ['edit', `/dead-letters/edit?queue=mail&message=${message}`],
    ['filter', '/dead-letters/edit?queue=mail&kind=order.confirmed'],
    ['erase', '/order/erase?id=1002'],
    ['not-sent', '/order?id=1015'],
    ['reported', '/order?id=1014'],
    ['send-late', '/order/act?action=resend&id=1015&kind=order.confirmed'],
    ['samples', '/mails'],
    ['sample', sample],
    ['shops', '/shops'],
    ['shop', '/shops/shop'],
    ['new-shop', '/shops/shop?shop=west'],
    ['audit', '/audit'],
    ['doctor', '/doctor'],
    ['not-found', '/order?id=9999', 404],
    ['no-message', '/dead-letters/message?queue=mail&id=none', 422],
    ['no-page', '/none', 404],
  ];
  for (const [name, path, status] of pages) {
    await look(page, name, path, status);
  }
  await byForm(page);
  await byAddress(page);
  await bySearch(page);
  await byFilter(page);
  await byShop(page);
  const stranger = await browser.newContext({ baseURL: new URL(link).origin, bypassCSP: true });
  await look(await stranger.newPage(), 'no-session', '/', 403);
  const paths = pages.map(([, path]) => path);
  await withoutScripts(browser, await context.storageState(), new URL(link).origin, paths);
  await browser.close();
}

try {
  await check();
} finally {
  for (const child of running) {
    child.removeAllListeners('exit');
    child.kill();
  }
}
for (const problem of problems) {
  console.log(problem);
}
console.log(problems.length === 0 ? 'The console: no problems.' : `The console: ${problems.length} problems.`);
process.exitCode = problems.length === 0 ? 0 : 1;
