// One snapshot, kept fresh for every element of this tab that shows it.
//
// A browser opens at most six connections to one address, so streams are rationed: of all visible tabs that show the
// same snapshot one (the holder of a Web Lock) has the stream and tells the others over a BroadcastChannel; hidden
// tabs have none. Where a browser has neither, or the stream is refused, the snapshot is asked for every so often
// with its ETag, which costs the server next to nothing.

export type State = "starting" | "live" | "stale";
export type Listener = (snapshot: unknown, state: State) => void;

/** What the process that serves snapshots says of one: anything but `current` is shown as stale. */
const CURRENT = "current";

export class Source {
  readonly #path: string;
  readonly #every: number;
  readonly #listeners = new Set<Listener>();
  #snapshot: unknown = undefined;
  #state: State = "starting";
  #tag = "";
  #stream: EventSource | undefined;
  #channel: BroadcastChannel | undefined;
  #release: (() => void) | undefined;
  #waiting: AbortController | undefined;
  #timer = 0;
  #watch = 0;

  /** `path` is the snapshot's own address, `every` the seconds between two questions where there is no stream. */
  constructor(path: string, every: number) {
    this.#path = path;
    this.#every = every;
    document.addEventListener("visibilitychange", () => this.#wake());
    window.addEventListener("online", () => void this.#ask());
    window.addEventListener("offline", () => this.#becomes("stale"));
    window.addEventListener("pagehide", () => this.#sleep());
  }

  add(listener: Listener): void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#wake();
    else if (this.#state !== "starting") listener(this.#snapshot, this.#state);
  }

  remove(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#sleep();
  }

  #wake(): void {
    this.#sleep();
    if (document.visibilityState === "hidden" || this.#listeners.size === 0) return;
    void this.#ask();
    if (!("locks" in navigator) || typeof BroadcastChannel === "undefined" || typeof EventSource === "undefined") {
      this.#poll();
      return;
    }
    this.#channel = new BroadcastChannel(`k-live:${this.#path}`);
    this.#channel.onmessage = (event: MessageEvent<{ snapshot: unknown; state: State }>) => {
      this.#snapshot = event.data.snapshot;
      this.#becomes(event.data.state);
    };
    // Another tab may hold the stream but have lost it: ask now and then in any case.
    this.#watch = window.setInterval(() => void (this.#stream ? undefined : this.#ask()), this.#every * 4000);
    this.#waiting = new AbortController();
    navigator.locks
      .request(`k-live:${this.#path}`, { signal: this.#waiting.signal }, () => this.#hold())
      .catch(() => undefined); // aborted: the tab was hidden while it waited
  }

  #sleep(): void {
    this.#waiting?.abort();
    this.#release?.();
    this.#stream?.close();
    this.#channel?.close();
    window.clearInterval(this.#timer);
    window.clearInterval(this.#watch);
    this.#waiting = this.#release = this.#stream = this.#channel = undefined;
  }

  /** Runs while this tab holds the lock; resolves when it lets go. */
  #hold(): Promise<void> {
    const stream = (this.#stream = new EventSource(`${this.#path}/stream`));
    stream.onopen = () => this.#tell("live");
    stream.onmessage = (event: MessageEvent<string>) => {
      this.#snapshot = read(event.data);
      this.#tell("live");
    };
    stream.addEventListener("state", (event: MessageEvent<string>) => {
      this.#tell(event.data === CURRENT ? "live" : "stale");
    });
    stream.addEventListener("gone", () => {
      stream.close();
      this.#tell("stale");
    });
    stream.onerror = () => {
      this.#tell("stale");
      // Refused (too many streams, say), rather than broken off: the browser will not try again, so ask instead.
      if (stream.readyState === EventSource.CLOSED) this.#poll();
    };
    return new Promise((resolve) => (this.#release = resolve));
  }

  #poll(): void {
    window.clearInterval(this.#timer);
    this.#timer = window.setInterval(() => void this.#ask(), this.#every * 1000);
  }

  async #ask(): Promise<void> {
    try {
      const headers: Record<string, string> = { accept: "application/json" };
      if (this.#tag) headers["if-none-match"] = this.#tag;
      const answer = await fetch(this.#path, { headers, credentials: "omit", cache: "no-store" });
      if (answer.status === 200) {
        this.#snapshot = await answer.json();
        this.#tag = answer.headers.get("etag") ?? "";
      } else if (answer.status !== 304) {
        this.#becomes("stale");
        return;
      }
      this.#becomes((answer.headers.get("x-snapshot-state") ?? CURRENT) === CURRENT ? "live" : "stale");
    } catch {
      this.#becomes("stale");
    }
  }

  #becomes(state: State): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(this.#snapshot, state);
  }

  #tell(state: State): void {
    if (this.#snapshot === undefined && state === "live") return; // opened, nothing to show yet
    this.#becomes(state);
    this.#channel?.postMessage({ snapshot: this.#snapshot, state });
  }
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const sources = new Map<string, Source>();

/** The tab's one source of that snapshot. */
export function sourceOf(path: string, every: number): Source {
  let source = sources.get(path);
  if (!source) sources.set(path, (source = new Source(path, every)));
  return source;
}
