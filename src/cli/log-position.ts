/** How far a container's log has been read, so that reading can go on after a break without loss and without doubles. */
import type { LogLine } from "../ports/docker-client.ts";

/**
 * Lines that are remembered. Docker's `since` includes the instant itself, and lines of the two streams may stand in the
 * log a little out of order, so the next read begins a few lines back and drops what it knows.
 */
const REMEMBERED = 64;

export class LogPosition {
  /** Lines passed on in all. */
  count = 0;
  #recent: { readonly timestamp: string; readonly key: string }[] = [];
  #known = new Map<string, number>();

  /** To be called before each read. @returns from when on to ask, absent for the whole log */
  beginRead(): string | undefined {
    this.#known = new Map();
    for (const { key } of this.#recent) this.#known.set(key, (this.#known.get(key) ?? 0) + 1);
    // Docker writes its timestamps with a fixed number of digits, in UTC: they sort as text.
    return this.#recent.map((line) => line.timestamp).sort()[0];
  }

  /** Is this line not yet passed on? */
  takes(line: LogLine): boolean {
    const key = `${line.timestamp} ${line.stream} ${line.text}`;
    const left = this.#known.get(key) ?? 0;
    if (left > 0) {
      this.#known.set(key, left - 1);
      return false;
    }
    this.count += 1;
    this.#recent.push({ timestamp: line.timestamp, key });
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    return true;
  }
}
