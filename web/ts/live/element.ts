// <k-live path="/api/v1/yokohama-nishi/home" every="15">
//   <span data-live="waiting.minutes" data-live-none="–">12</span>     its text follows the snapshot's value
//   <p data-live-if="office.is_open">…</p>                             shown while the value is true
//   <p data-live-unless="office.is_open">…</p>                         shown while it is not
//   <p data-live-note hidden>…</p>                                     shown while the values may be out of date
// </k-live>
//
// What stands inside is what the server drew: without this script it is simply as old as the page.
// A room that shows more than words listens to the event "k-live" (detail: {snapshot, state}).
import { sourceOf, type Source, type State } from "./source.ts";

/** The value at a dotted path, or undefined. */
export function valueAt(snapshot: unknown, path: string): unknown {
  let value = snapshot;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

class LiveValues extends HTMLElement {
  #source: Source | undefined;
  readonly #show = (snapshot: unknown, state: State): void => this.#draw(snapshot, state);

  connectedCallback(): void {
    const path = this.getAttribute("path");
    // Only paths of this origin: an attribute is never a way to another server.
    if (!path?.startsWith("/") || path.startsWith("//")) return;
    this.#source = sourceOf(path, Math.max(5, Number(this.getAttribute("every")) || 15));
    this.#source.add(this.#show);
  }

  disconnectedCallback(): void {
    this.#source?.remove(this.#show);
  }

  #draw(snapshot: unknown, state: State): void {
    this.dataset.state = state;
    for (const note of this.querySelectorAll<HTMLElement>("[data-live-note]")) note.hidden = state !== "stale";
    if (snapshot !== undefined) {
      const number = new Intl.NumberFormat(document.documentElement.lang || "ja");
      for (const element of this.querySelectorAll<HTMLElement>("[data-live]")) {
        const value = valueAt(snapshot, element.dataset.live ?? "");
        if (value === undefined) continue;
        const text =
          value === null ? (element.dataset.liveNone ?? "–") : typeof value === "number" ? number.format(value) : String(value);
        if (element.textContent !== text) element.textContent = text;
      }
      for (const element of this.querySelectorAll<HTMLElement>("[data-live-if]")) {
        element.hidden = !valueAt(snapshot, element.dataset.liveIf ?? "");
      }
      for (const element of this.querySelectorAll<HTMLElement>("[data-live-unless]")) {
        element.hidden = Boolean(valueAt(snapshot, element.dataset.liveUnless ?? ""));
      }
    }
    this.dispatchEvent(new CustomEvent("k-live", { detail: { snapshot, state }, bubbles: true }));
  }
}

customElements.define("k-live", LiveValues);
