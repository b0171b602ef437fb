// Keys of the staff desk.
//
//   <a data-key="g h">      pressing g, then h, follows the link; <input data-key="/"> gets the focus
//   <… data-rows>           j and k move between the [data-row] elements inside
//   <input type="checkbox" data-keys-switch>   turns single keys off and on, for this browser
//
// Keys work only outside of fields and without modifiers, so that typing and screen readers are left alone
// (WCAG 2.1.4: they can be turned off).

const STORED = "k-keys";
const PAUSE_MS = 1200;

function on(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || (target.matches("input, select, textarea") && !target.matches("[type=checkbox], [type=radio]")))
  );
}

function act(element: HTMLElement): void {
  for (let fold = element.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) {
    fold.open = true;
  }
  if (element.matches("a, button, summary")) {
    element.focus();
    element.click();
  } else {
    element.focus();
  }
}

function move(step: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-rows] [data-row]")];
  if (rows.length === 0) return false;
  const now = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[now < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + step))];
  const link = next?.matches("a, button, input") ? next : next?.querySelector<HTMLElement>("a, button, input");
  link?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

let pressed: string[] = [];
let last = 0;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (typing(event.target) || event.key.length !== 1 || !document.querySelector("[data-keys]") || !on()) return;
  const now = performance.now();
  pressed = now - last > PAUSE_MS ? [event.key] : [...pressed, event.key].slice(-2);
  last = now;
  for (const keys of [pressed.join(" "), event.key]) {
    const element = [...document.querySelectorAll<HTMLElement>("[data-key]")].find(
      (candidate) => candidate.dataset.key === keys && (candidate.checkVisibility?.() ?? candidate.offsetParent !== null),
    );
    if (element) {
      event.preventDefault();
      pressed = [];
      act(element);
      return;
    }
  }
  if ((event.key === "j" || event.key === "k") && move(event.key === "j" ? 1 : -1)) event.preventDefault();
});

for (const box of document.querySelectorAll<HTMLInputElement>("input[data-keys-switch]")) {
  box.checked = on();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(STORED, box.checked ? "on" : "off");
    } catch {
      // A browser that keeps nothing: the keys stay as they are for this page.
    }
  });
}

export {};
