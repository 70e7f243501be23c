// Keeps the list live: asks every second, while the page is visible, whether there is anything new.
// Rows that stay are left alone, so focus, selected text and the place on the screen stay too.
(() => {
  const byId = (page, id) => page.getElementById(id);
  const version = (page) => byId(page, "live").dataset.version;

  // Both lists have the newest first, so what they share stands in the same order in both.
  const mergeRows = (rows, fresh) => {
    const stay = new Set([...fresh.children].map((row) => row.id));
    for (const row of [...rows.children]) {
      if (stay.has(row.id)) continue;
      if (row.contains(document.activeElement)) {
        (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("a").focus();
      }
      row.remove();
    }
    let next = rows.firstElementChild;
    for (const row of [...fresh.children]) {
      if (row.id === next?.id) next = next.nextElementSibling;
      else rows.insertBefore(row, next);
    }
  };

  const show = (fresh) => {
    const [rows, freshRows] = [document, fresh].map((page) => byId(page, "rows"));
    if (!rows || !freshRows) {
      byId(document, "live").replaceWith(byId(fresh, "live"));
      return;
    }
    mergeRows(rows, freshRows);
    for (const id of ["summary", "notice", "pages"]) {
      const [old, now] = [document, fresh].map((page) => byId(page, id));
      if (!old.isEqualNode(now)) old.replaceWith(now);
    }
    byId(document, "live").dataset.version = version(fresh);
  };

  const tick = async () => {
    if (document.hidden) return;
    const { accepted, kept } = await (await fetch("/mail.json?limit=0")).json();
    if (`${accepted}-${kept}` === version(document)) return;
    const html = await (await fetch(location.href)).text();
    show(new DOMParser().parseFromString(html, "text/html"));
  };

  // One after the other: an answer that is late must not bring an older list back.
  const run = async () => {
    try {
      await tick();
    } catch {
      // The stack has stopped; the list stays as it is.
    }
    setTimeout(run, 1000);
  };
  run();
})();
