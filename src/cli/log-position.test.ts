import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import type { LogLine } from "../ports/docker-client.ts";
import { LogPosition } from "./log-position.ts";

const line = (instant: number, text: string): LogLine => ({
  stream: "stdout",
  at: asEpochMs(0),
  timestamp: `2026-01-01T00:00:00.${String(instant).padStart(9, "0")}Z`,
  text,
});

/** What Docker answers with that is asked for lines since an instant. */
function isFrom(since: string | undefined): (line: LogLine) => boolean {
  return ({ timestamp }) => since === undefined || timestamp >= since;
}

describe("LogPosition", () => {
  it("asks for the whole log at first", () => {
    expect(new LogPosition().beginRead()).toBeUndefined();
  });

  it("takes each line once over any number of breaks, also lines of one instant and of one text", () => {
    const instants = fc.array(fc.nat(6), { maxLength: 40 });
    const breaks = fc.array(fc.nat(50), { maxLength: 8 });
    fc.assert(
      fc.property(instants, breaks, (given, cuts) => {
        // A log is nearly in order: neighbours may be swapped.
        const log = given
          .sort((a, b) => a - b)
          .map((instant, index) => line(instant, index % 3 === 0 ? "same" : `${index}`));
        const position = new LogPosition();
        const taken: LogLine[] = [];
        for (const length of [...cuts.sort((a, b) => a - b), log.length]) {
          const since = position.beginRead();
          taken.push(...position.take(log.slice(0, length).filter(isFrom(since))));
        }
        expect(taken).toEqual(log);
        expect(position.count).toBe(log.length);
      }),
    );
  });

  it("goes on behind a line that it knows when it reads a log's last lines, and takes none when it knows none of them", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6), { minLength: 1, maxLength: 40 }), fc.nat(40), fc.nat(40), (given, read, tail) => {
        const log = given.sort((a, b) => a - b).map((instant, index) => line(instant, `${index}`));
        const position = new LogPosition();
        position.beginRead();
        const before = position.take(log.slice(0, Math.max(1, read)));
        const since = position.beginRead({ tail: true });
        const [first, ...others] = log.slice(-tail);
        // The first of them may be cut.
        const cut = first === undefined ? [] : [{ ...first, text: `…${first.text}` }, ...others];
        const taken = position.take(cut.filter(isFrom(since)));
        if (position.isJoined) expect([...before, ...taken]).toEqual(log);
        else expect(taken).toEqual([]);
        expect(position.isJoined).toBe(cut.some((each) => before.includes(each)));
      }),
    );
  });
});
