// <button data-copy="text" data-done="said afterwards" hidden data-js>  copies the text
// <button data-print hidden data-js>                                    prints the page

document.addEventListener("click", async (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const copier = target?.closest<HTMLButtonElement>("button[data-copy]");
  if (copier) {
    const said = copier.querySelector<HTMLElement>("[data-said]") ?? copier;
    const before = said.textContent ?? "";
    try {
      await navigator.clipboard.writeText(copier.dataset.copy ?? "");
      said.textContent = copier.dataset.done ?? before;
      window.setTimeout(() => (said.textContent = before), 4000);
    } catch {
      // Without leave to use the clipboard the text is offered for copying by hand.
      window.prompt(before, copier.dataset.copy ?? "");
    }
  }
  if (target?.closest("button[data-print]")) window.print();
});
