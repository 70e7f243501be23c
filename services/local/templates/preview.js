// Loads the preview again as soon as its mails look another way: asks every second, while it is visible, for the version
// of what it shows.
(() => {
  const { dataset } = document.getElementById("preview");
  const state = document.getElementById("state");
  const said = state.textContent;
  const say = (text) => {
    if (state.textContent !== text) state.textContent = text;
  };

  const tick = async () => {
    if (document.hidden) return;
    const answer = await fetch(`/preview/version?shop=${encodeURIComponent(dataset.shop)}`);
    // While an executable is being replaced, there is no version.
    if (!answer.ok) return;
    say(said);
    const { version } = await answer.json();
    if (version !== dataset.version) location.reload();
  };

  const run = async () => {
    try {
      await tick();
    } catch {
      say("The stack has stopped.");
    }
    setTimeout(run, 1000);
  };
  run();
})();
