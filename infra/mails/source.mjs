// What can be said of a mail without showing it: its size, and what Outlook for Windows is told in comments.

const MAX_BYTES = 102_000; // Gmail shows the beginning of a longer mail
const MAX_BYTES_OF_30_LINES = 40 * 1024;
const CONDITIONAL = /<!--\[if mso\]>(.*?)<!\[endif\]-->/gs;
// For all but Outlook, who see it as it stands between two comments.
const NOT_OUTLOOK = /<!--\[if !mso\]><!-->(.*?)<!--<!\[endif\]-->/gs;
const VOID = ['area', 'base', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr'];

/** Problems of a mail's HTML as it is sent, one sentence each. */
export function sourceProblems(mail, html) {
  const problems = [];
  // A hostile text can be of any length; of that only the limit for all mails is kept.
  const isOfHonestLength = mail.order_lines <= 30 && mail.group !== 'hostile';
  const limit = isOfHonestLength ? MAX_BYTES_OF_30_LINES : MAX_BYTES;
  const bytes = Buffer.byteLength(html);
  if (bytes > limit) {
    problems.push(`is ${bytes} bytes long with ${mail.order_lines} order lines: more than ${limit}`);
  }
  if (!/<!--\[if mso\]>/.test(html)) problems.push('has no conditional comment for Outlook');
  const rest = html.replace(NOT_OUTLOOK, '$1').replace(CONDITIONAL, '');
  const outlook = html.replace(NOT_OUTLOOK, '');
  const isOneInAnother = [...outlook.matchAll(CONDITIONAL)].some(([, inside]) => inside.includes('<!--'));
  if (isOneInAnother || /<!--\[if|<!\[endif\]/.test(rest)) {
    problems.push('has a conditional comment that is not closed, or not opened');
  }
  const views = { Outlook: outlook.replace(CONDITIONAL, '$1'), 'other clients': rest };
  for (const [reader, view] of Object.entries(views)) {
    const fault = nestingFault(view);
    if (fault) problems.push(`${fault}, as ${reader} reads it`);
  }
  return problems;
}

/** The first element that is closed out of turn or not at all; undefined if there is none. */
function nestingFault(html) {
  const open = [];
  for (const [, slash, name, selfClosing] of html.matchAll(/<(\/?)([a-zA-Z][\w:]*)[^>]*?(\/?)>/g)) {
    if (slash) {
      const last = open.pop();
      if (last !== name) return `</${name}> closes ${last ? `<${last}>` : 'nothing'}`;
    } else if (!VOID.includes(name) && !selfClosing) {
      open.push(name);
    }
  }
  return open.length > 0 ? `<${open.at(-1)}> is never closed` : undefined;
}
