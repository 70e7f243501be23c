// What a reader sees of a laid-out mail. `layoutProblems` runs in the page, so it refers to nothing outside itself.

/**
 * Finds what does not fit in the page as it is laid out now: horizontal scrolling, text outside its cell or cut off,
 * text on other text or a picture, ordinary words broken in two, links too small to be tapped, pictures without an alternative,
 * two logos at once.
 *
 * @param {{areWordsOrdinary: boolean, areTargetsChecked: boolean}} asked whether the words are such as a shop writes,
 *   which need not be broken; whether links are measured
 * @returns {string[]} one sentence for each problem; empty for a good layout
 */
export function layoutProblems({ areWordsOrdinary, areTargetsChecked }) {
  const SLACK = 1; // CSS pixels by which rounding may be off
  const MIN_TARGET = 24; // WCAG 2.2, 2.5.8
  const MIN_BUTTON = 44; // WCAG 2.2, 2.5.5, for the one thing that the mail asks for
  const MAX_WORD = 24; // letters; a longer word may have to be broken
  const problems = [];
  const view = document.documentElement.clientWidth;

  const short = (text) => {
    const line = text.replace(/\s+/g, ' ').trim();
    return line.length > 40 ? `${line.slice(0, 40)}…` : line;
  };
  const blockOf = (node) => {
    let element = node.parentElement;
    while (getComputedStyle(element).display === 'inline') element = element.parentElement;
    return element;
  };

  /** Each line of each visible text: what is drawn of it, roughly as high as its letters. */
  function visibleLines() {
    const lines = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      if (!/[^\s\u034f\u200c\u00a0]/.test(node.data)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const size = parseFloat(getComputedStyle(node.parentElement).fontSize);
      for (const { left, right, top, bottom } of range.getClientRects()) {
        if (right - left < 0.5) continue;
        // The box of a font is higher than its letters, and boxes of neighbouring lines overlap.
        const spare = Math.max(0, (bottom - top - size) / 2);
        lines.push({ left, right, top: top + spare, bottom: bottom - spare, node, what: `"${short(node.data)}"` });
      }
    }
    return lines;
  }

  const isOutside = (box) => box.right > view + SLACK || box.left < -SLACK;

  function checkScrolling(lines) {
    const wide = document.documentElement.scrollWidth;
    if (wide <= view) {
      for (const line of lines.filter(isOutside)) problems.push(`${line.what} is partly outside the page`);
      return;
    }
    // What cannot be broken widens the page, and with it what can.
    const outside = lines.filter(isOutside);
    const isRigid = ({ node }) => node.data && getComputedStyle(node.parentElement).whiteSpace === 'nowrap';
    const culprit = outside.find(isRigid) ?? outside[0];
    problems.push(`scrolls sideways: ${wide} px wide in ${view}${culprit ? `, perhaps for ${culprit.what}` : ''}`);
  }

  function checkBounds(line) {
    const block = blockOf(line.node);
    const box = block.getBoundingClientRect();
    const out = Math.max(box.left - line.left, line.right - box.right);
    if (out > SLACK) {
      problems.push(`${line.what} leaves its ${block.localName} by ${Math.round(out)} px`);
    }
    for (let outer = block; outer !== document.body; outer = outer.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(outer);
      if (overflowX === 'visible' && overflowY === 'visible') continue;
      const clip = outer.getBoundingClientRect();
      const cut = Math.max(clip.left - line.left, line.right - clip.right, clip.top - line.top, line.bottom - clip.bottom);
      if (cut > SLACK) problems.push(`${line.what} is cut off by ${Math.round(cut)} px`);
    }
  }

  /** Finds words that go on in the next line. Scripts without spaces between words may be broken anywhere. */
  function checkWords(lines) {
    const nodes = new Set(lines.map((line) => line.node));
    for (const node of nodes) {
      const range = document.createRange();
      for (const { 0: word, index } of node.data.matchAll(/(?<!\S)\p{P}*[\p{L}\p{M}]+\p{P}*(?!\S)/gu)) {
        if (word.length > MAX_WORD || /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}]/u.test(word)) continue;
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const tops = [...range.getClientRects()].map((rect) => rect.top);
        if (Math.max(...tops) - Math.min(...tops) > SLACK) problems.push(`the word "${word}" is broken in two`);
      }
    }
  }

  function checkOverlaps(boxes) {
    const sorted = [...boxes].sort((a, b) => a.top - b.top);
    sorted.forEach((upper, i) => {
      for (let j = i + 1; j < sorted.length && sorted[j].top < upper.bottom - SLACK; j += 1) {
        const other = sorted[j];
        if (other.node === upper.node) continue;
        const across = Math.min(upper.right, other.right) - Math.max(upper.left, other.left);
        const down = Math.min(upper.bottom, other.bottom) - other.top;
        if (across > SLACK && down > SLACK) problems.push(`${upper.what} and ${other.what} lie on each other`);
      }
    });
  }

  /** Whether a link shares a line with text that is not a link: WCAG's exception for a target in a sentence. */
  function isInSentence(link, rects, lines) {
    const block = blockOf(link);
    return rects.every((rect) =>
      lines.some(
        (line) =>
          !link.contains(line.node) &&
          !line.node.parentElement.closest('a') &&
          block.contains(line.node) &&
          line.top < rect.bottom &&
          line.bottom > rect.top,
      ),
    );
  }

  function checkTarget(link, lines) {
    const rects = [...link.getClientRects()].filter((rect) => rect.width > 0 && rect.height > 0);
    if (rects.length === 0) return;
    const isButton = link.classList.contains('label');
    const picture = picturesOf(link).find((image) => getComputedStyle(image).display === 'block');
    const box = picture?.getBoundingClientRect();
    const height = Math.max(box?.height ?? 0, ...rects.map((rect) => rect.height));
    const width = Math.max(box?.width ?? 0, ...rects.map((rect) => rect.width));
    const least = isButton ? MIN_BUTTON : MIN_TARGET;
    if (height >= least - 0.1 && width >= least - 0.1) return;
    if (!isButton && isInSentence(link, rects, lines)) return;
    const size = `${Math.round(width)} × ${Math.round(height)} px`;
    problems.push(`the link "${short(link.textContent)}" is ${size} large: less than ${least} × ${least}`);
  }

  /** The pictures of a link that are shown, or whose place is: of a logo for light and one for dark pages, one. */
  function picturesOf(link) {
    return [...link.querySelectorAll('img')].filter((image) => image.checkVisibility() && image.offsetHeight > 0);
  }

  function checkPicturesOf(link) {
    const [all, shown] = [link.querySelectorAll('img').length, picturesOf(link).length];
    if (all > 0 && shown !== 1) problems.push(`the link ${link.href} shows ${shown} of its ${all} pictures instead of one`);
  }

  function checkPicture(picture) {
    if (!picture.hasAttribute('alt')) problems.push(`the picture ${picture.src} has no alt`);
  }

  const lines = visibleLines();
  const pictures = [...document.images].map((image) => {
    const { left, right, top, bottom } = image.getBoundingClientRect();
    return { left, right, top, bottom, node: image, what: `the picture "${short(image.alt)}"` };
  });
  checkScrolling([...lines, ...pictures]);
  lines.forEach(checkBounds);
  if (areWordsOrdinary) checkWords(lines.filter((line, i) => lines[i + 1]?.node === line.node));
  checkOverlaps([...lines, ...pictures]);
  if (areTargetsChecked) for (const link of document.links) checkTarget(link, lines);
  [...document.images].forEach(checkPicture);
  [...document.links].forEach(checkPicturesOf);
  return [...new Set(problems)];
}
