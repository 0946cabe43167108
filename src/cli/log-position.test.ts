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
          for (const each of log.slice(0, length)) {
            if (since !== undefined && each.timestamp < since) continue;
            if (position.takes(each)) taken.push(each);
          }
        }
        expect(taken).toEqual(log);
      }),
    );
  });
});
