// Source and tree side by side: brings the chosen part into view in both panes, and keeps the focus on its row so that
// j and k go on from there. Without this the page works by anchors alone.

function reveal(element: HTMLElement | null): void {
  const pane = element?.closest<HTMLElement>(".k-bench__body");
  if (!element || !pane || pane.scrollHeight <= pane.clientHeight) return;
  const inner = element.getBoundingClientRect();
  const outer = pane.getBoundingClientRect();
  if (inner.top < outer.top || inner.top > outer.bottom - 120) {
    pane.scrollTop += inner.top - outer.top - 48;
  }
}

reveal(document.querySelector<HTMLElement>(".k-bench__row[data-now]"));
reveal(document.querySelector<HTMLElement>(".k-source__piece[data-now]"));

// Going to the fragment takes the focus away once more when the page has loaded: so afterwards.
function focusChosen(): void {
  const chosen = document.querySelector<HTMLElement>(".k-bench__row[data-now] .k-bench__part");
  if (chosen && !document.querySelector("[autofocus], .k-faults") && document.activeElement === document.body) {
    chosen.focus({ preventScroll: true });
  }
}

window.addEventListener("load", () => setTimeout(focusChosen, 60));

export {};
