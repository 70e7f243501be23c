// Looks at the mails that `checked_mails` wrote into a directory, as their readers see them:
//
//   node infra/mails/check.mjs DIRECTORY [PART-OF-A-NAME]
//
// With part of a name, such as `de/shipped`, it looks at those mails alone. Exit code 1 if anything is wrong, with a
// sentence for each fault.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { MailPage, start } from './browser.mjs';
import { clientProblems, featuresOf } from './clients.mjs';
import { lookAt } from './look.mjs';
import { SAMPLING, plan } from './plan.mjs';
import { sourceProblems } from './source.mjs';

const PAGES = 2;
const MAX_PRINTED = 100;

const [directory, part = ''] = process.argv.slice(2);
const index = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8'));
const isChosen = (mail) => mail.html.includes(part);
const read = (mail) => readFileSync(join(directory, mail.html), 'utf8');
const features = new Set();
/** Sentence → mail → where it holds. */
const faults = new Map();

function report(mail, where, problems) {
  const name = `${mail.language}/${mail.name}`;
  for (const problem of problems) {
    const mails = faults.get(problem) ?? new Map();
    faults.set(problem, mails.set(name, [...(mails.get(name) ?? []), where].filter(Boolean)));
  }
}

/** `is 90 × 17 px large (en/delivered at 320 px light; and 40 more mails)` */
function sentence([problem, mails]) {
  const [[name, places], ...more] = mails;
  const rest = more.length > 0 ? `; and ${more.length} more mail${more.length === 1 ? '' : 's'}` : '';
  return `${problem} (${[name, places.join(', ')].filter(Boolean).join(' at ')}${rest})`;
}

async function lookAtAll(browser) {
  const queue = plan(index).filter(({ mail }) => isChosen(mail));
  const looked = queue.length;
  const work = async () => {
    const pages = await MailPage.open(browser);
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { mail, isAudited } = next;
      const markup = await lookAt(pages, mail, read(mail), isAudited, (...told) => report(mail, ...told));
      featuresOf(markup).forEach((feature) => features.add(feature));
    }
  };
  await Promise.all(Array.from({ length: PAGES }, work));
  return looked;
}

const began = performance.now();
const browser = await start();
const looked = await lookAtAll(browser).finally(() => browser.close());
for (const mail of index.filter(isChosen)) report(mail, '', sourceProblems(mail, read(mail)));
// Of some mails alone, exceptions would seem to be needless.
const problems = [...[...faults].map(sentence), ...(part ? [] : clientProblems(features))];
const seconds = Math.round((performance.now() - began) / 1000);
console.log(`${SAMPLING}
${looked} of ${index.length} mails in ${seconds} s: ${problems.length} problem${problems.length === 1 ? '' : 's'}.`);
problems.slice(0, MAX_PRINTED).forEach((problem) => console.log(problem));
if (problems.length > MAX_PRINTED) console.log(`and ${problems.length - MAX_PRINTED} more`);
process.exitCode = problems.length > 0 ? 1 : 0;
