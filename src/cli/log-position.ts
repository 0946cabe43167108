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
  /** Those passed on last, the newest at the end. */
  #recent: readonly LogLine[] = [];
  /** How often each of them is still to come again. */
  #known = new Map<string, number>();
  #isJoined = true;

  /** Has this read come to where the one before stopped? One of a log's last lines only may begin behind that. */
  get isJoined(): boolean {
    return this.#isJoined;
  }

  /**
   * To be called before each read. `tail`: of the log's last lines only, of which the first may be the rest of a longer one, so
   * that none counts before one that is known.
   * @returns from when on to ask, absent for the whole log
   */
  beginRead({ tail = false } = {}): string | undefined {
    this.#isJoined = !tail;
    this.#known = new Map();
    for (const key of this.#recent.map(keyOf)) this.#known.set(key, (this.#known.get(key) ?? 0) + 1);
    // Docker writes its timestamps with a fixed number of digits, in UTC: they sort as text.
    return this.#recent.map((line) => line.timestamp).sort()[0];
  }

  /** @returns those that are not yet passed on, and are from now on */
  take(lines: readonly LogLine[]): readonly LogLine[] {
    const taken = this.#known.size === 0 && this.#isJoined ? lines : lines.filter((line) => this.#isNew(line));
    this.count += taken.length;
    this.#recent = [...this.#recent, ...taken.slice(-REMEMBERED)].slice(-REMEMBERED);
    return taken;
  }

  #isNew(line: LogLine): boolean {
    const key = keyOf(line);
    const left = this.#known.get(key);
    if (left === undefined) return this.#isJoined;
    this.#isJoined = true;
    if (left === 1) this.#known.delete(key);
    else this.#known.set(key, left - 1);
    return false;
  }
}

function keyOf({ timestamp, stream, text }: LogLine): string {
  return `${timestamp} ${stream} ${text}`;
}
