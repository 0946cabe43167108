/** What a container printed, bounded, with followers. */
import type { EpochMs } from "../../core/brand.ts";
import type { LogLine } from "../../ports/docker-client.ts";
import type { OutputStream } from "./behaviour.ts";

/** Older lines are forgotten, as with the `max-size` option of Docker's log driver. */
const LOG_LINE_LIMIT = 10_000;

export class ContainerLog {
  #lines: LogLine[] = [];
  #lastAt = 0;
  #subMs = 0;
  #followers: Set<(line: LogLine) => void> | undefined;

  write(at: EpochMs, stream: OutputStream, text: string): void {
    this.#subMs = at === this.#lastAt ? this.#subMs + 1 : 0;
    this.#lastAt = at;
    for (const part of text.replace(/\n$/, "").split("\n")) {
      const line: LogLine = { stream, at, timestamp: nanoTimestamp(at, this.#subMs++), text: part };
      this.#lines.push(line);
      for (const follower of this.#followers ?? []) follower(line);
    }
    if (this.#lines.length > 2 * LOG_LINE_LIMIT) this.#lines = this.#lines.slice(-LOG_LINE_LIMIT);
  }

  /** Lines printed after `since` (a timestamp of such a line), the last `tail` of them. */
  read({
    since,
    tail,
  }: {
    readonly since?: string | undefined;
    readonly tail?: number | undefined;
  }): readonly LogLine[] {
    const recent = this.#lines.slice(-LOG_LINE_LIMIT);
    const newer = since === undefined ? recent : recent.filter((line) => line.timestamp > since);
    return tail === undefined ? newer : newer.slice(Math.max(0, newer.length - tail));
  }

  /** @returns what ends the following */
  follow(follower: (line: LogLine) => void): () => void {
    const followers = this.#followers ?? new Set();
    this.#followers = followers;
    followers.add(follower);
    return () => followers.delete(follower);
  }
}

/** RFC 3339 with nine digits, so that texts of one log sort as their instants do. */
export function nanoTimestamp(at: number, subMs: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}${String(subMs).padStart(6, "0")}Z`;
}
