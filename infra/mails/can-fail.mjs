// Breaks a good mail in one way after the other, and expects each check to say so:
//
//   node infra/mails/can-fail.mjs DIRECTORY

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { MailPage, start } from './browser.mjs';
import { clientProblems, featuresOf } from './clients.mjs';
import { lookAt } from './look.mjs';
import { sourceProblems } from './source.mjs';

const BASE = 'en/shipped_with_pictures_and_links.html';
const BEFORE_TITLE = '<h1 class="h1';

const before = (markup) => [BEFORE_TITLE, `${markup}${BEFORE_TITLE}`];
/** What a check has to say, and the replacement in the mail that it has to say it of. */
const FAULTS = [
  ['scrolls sideways', before('<div style="width:700px">wide</div>')],
  ['is partly outside the page', before('<p style="margin-left:-90px">outside</p>')],
  ['leaves its p by', before('<p style="width:40px;white-space:nowrap">longer than it</p>')],
  ['is cut off by', before('<p style="height:8px;overflow:hidden">cut off</p>')],
  ['lie on each other', before('<p style="margin:0 0 -20px">covered</p>')],
  ['the word "covered" is broken in two', before('<p style="width:30px">covered</p>')],
  ['less than 24 × 24', ['a{padding:4px 0}', '']],
  ['less than 44 × 44', [/padding:15px 32px;font-size:16px/, 'padding:8px 32px;font-size:16px']],
  ['shows 2 of its 2 pictures', [/(class="on-dark" style=")[^"]*/, '$1']],
  ['shows 0 of its 2 pictures', ['.on-dark{display:block !important', '.on-dark{']],
  ['has no alt', [/ alt="[^"]*"/, '']],
  ['axe, color-contrast', [/color:#5f5c55/g, 'color:#b0b0b0']],
  ['axe, color-contrast', ['.soft{color:#bdb8ae', '.soft{color:#5f5c55']],
  ['axe, html-has-lang', [/<html lang="[^"]*"/, '<html']],
  ['axe, landmark-one-main', ['role="main"', '']],
  ['axe, document-title', [/<title>[^<]*/, '<title>']],
  ['axe, image-alt', [/ alt="[^"]*"/, '']],
  ['fetches https://tracker.example/', before('<img src="https://tracker.example/p.gif" alt="" width="1">')],
  ["links to https://evil.example/, which is a customer's text", before('<a href="https://evil.example/">evil</a>')],
  ['has an active element: <script>', before('<script>1</script>')],
  ['with 3 order lines: more than 40960', before(`<p>${'long '.repeat(8_000)}</p>`)],
  ['has no conditional comment for Outlook', [/<!--\[if mso\]>.*?<!\[endif\]-->/gs, '']],
  ['has a conditional comment that is not closed', ['<![endif]-->', '']],
  ['as Outlook reads it', ['</td></tr></table><![endif]-->', '</tr></table><![endif]-->']],
  ['as other clients reads it', [/<\/div>\s*<\/body>/, '</body>']],
  ['display:flex (css-display-flex) is not wholly supported', before('<p style="display:flex">flex</p>')],
  ['caniemail.com has not tested rotate:', before('<p style="rotate:1deg">turned</p>')],
];

async function problemsOf(pages, mail, html) {
  const problems = sourceProblems(mail, html);
  const markup = await lookAt(pages, mail, html, true, (_, found) => problems.push(...found));
  return [...problems, ...clientProblems(featuresOf(markup)).filter((problem) => !problem.endsWith('without need.'))];
}

const directory = process.argv[2];
const html = readFileSync(join(directory, BASE), 'utf8');
const index = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8'));
const mail = index.find((entry) => entry.html === BASE);
const browser = await start();
try {
  const pages = await MailPage.open(browser);
  const missed = [];
  const sound = await problemsOf(pages, mail, html);
  if (sound.length > 0) missed.push(`The mail to be broken has faults already: ${sound.join('; ')}`);
  for (const [expected, [from, to]] of FAULTS) {
    const broken = html.replace(from, to);
    if (broken === html) missed.push(`Nothing in ${BASE} could be broken for "${expected}": ${from} is not in it.`);
    const problems = await problemsOf(pages, mail, broken);
    if (!problems.some((problem) => problem.includes(expected))) {
      missed.push(`Nothing said "${expected}". Said was: ${problems.join('; ') || 'nothing'}`);
    }
  }
  if (!clientProblems(new Set()).some((problem) => problem.endsWith('without need.'))) {
    missed.push('A needless exception was not found.');
  }
  console.log(`${FAULTS.length + 1} faults, ${missed.length} of them not found.`);
  missed.forEach((problem) => console.log(problem));
  process.exitCode = missed.length > 0 ? 1 : 0;
} finally {
  await browser.close();
}
