// Forms: sent once, not left by mistake.
//
//   every <form method="post">            a second press while the first is under way does nothing
//                                         (data-again on the form where sending again is meant, as for a download)
//   <input type="hidden" name="idempotency_key" value="">
//                                         gets a key when the form is sent, the same one if it is sent again
//   <form data-guard>                     asks before leaving with changes that were not sent

const RELEASE_AFTER_MS = 15_000;

function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

function release(form: HTMLFormElement): void {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

const changed = new WeakSet<HTMLFormElement>();

// On window, after everybody else: whoever prevented the sending (htmx, say) sends in their own way.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
  const key = form.querySelector<HTMLInputElement>("input[name=idempotency_key]");
  if (key && !key.value) key.value = newKey();
  changed.delete(form);
  if (event.defaultPrevented || form.dataset.again !== undefined) return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  window.setTimeout(() => release(form), RELEASE_AFTER_MS);
});

// The key must stand before htmx collects the fields.
document.addEventListener(
  "submit",
  (event) => {
    if (!(event.target instanceof HTMLFormElement)) return;
    const key = event.target.querySelector<HTMLInputElement>("input[name=idempotency_key]");
    if (key && !key.value) key.value = newKey();
  },
  { capture: true },
);

// Back from the next page with the old page still alive: it can be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sending]")) release(form);
});

document.addEventListener("input", (event) => {
  const form = event.target instanceof Element ? event.target.closest<HTMLFormElement>("form[data-guard]") : null;
  if (form) changed.add(form);
});
window.addEventListener("beforeunload", (event) => {
  const unsent = [...document.querySelectorAll<HTMLFormElement>("form[data-guard]")].some((form) => changed.has(form));
  if (unsent) event.preventDefault();
});

export {};
