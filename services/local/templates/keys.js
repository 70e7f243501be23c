// Keys: in the list j and k choose a row, Enter opens it; on a mail j and k go to the older and the
// newer one, u back to the list; / searches.
(() => {
  const rows = () => [...document.querySelectorAll(".row")];
  const click = (selector) => document.querySelector(selector)?.click();

  const choose = (step) => {
    const all = rows();
    const at = all.indexOf(document.activeElement);
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1);
    all[next].focus();
  };
  const move = (step, selector) => (rows().length > 0 ? choose(step) : click(selector));
  const search = () => {
    const field = document.getElementById("q");
    field.focus();
    field.select();
  };
  const actions = {
    j: () => move(1, ".steps [rel=next]"),
    k: () => move(-1, ".steps [rel=prev]"),
    u: () => click(".back"),
    "/": search,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches("input, textarea, select")) return;
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  });

  // Whoever comes back, by the link or by the browser's button, finds the row that was opened.
  document.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (row) history.replaceState(null, "", `#${row.parentElement.id}`);
  });
  const opened = () => document.getElementById(location.hash.slice(1))?.querySelector(".row");
  window.addEventListener("pageshow", () => opened()?.focus());
})();
