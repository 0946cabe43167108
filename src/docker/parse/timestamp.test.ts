import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareTimestamps, parseInstant, parseTimestamp, timestampToEpochMs, toSince } from "./timestamp.ts";

describe("parseTimestamp()", () => {
  it.each([
    ["2026-11-23T21:34:25.753045557Z", { seconds: 1_795_469_665, nanos: 753_045_557 }],
    ["2026-11-23T21:34:25Z", { seconds: 1_795_469_665, nanos: 0 }],
    ["2026-11-23T22:34:25.5+01:00", { seconds: 1_795_469_665, nanos: 500_000_000 }],
    ["1969-12-31T23:59:59.9Z", { seconds: -1, nanos: 900_000_000 }],
  ])("reads %s", (text, timestamp) => {
    expect(parseTimestamp(text)).toEqual(timestamp);
  });

  it.each(["", "now", "2026-11-23", "2026-13-45T00:00:00Z", "2026-11-23T21:34:25.7530455571Z"])(
    "refuses %j",
    (text) => {
      expect(parseTimestamp(text)).toBeUndefined();
    },
  );

  it("keeps the order of instants to the nanosecond", () => {
    const timestamp = fc.record({ seconds: fc.nat(4_000_000_000), nanos: fc.nat(999_999_999) });
    fc.assert(
      fc.property(timestamp, timestamp, (a, b) => {
        const order = BigInt(toSince(a).replace(".", "")) - BigInt(toSince(b).replace(".", ""));
        expect(Math.sign(compareTimestamps(a, b))).toBe(Number(order > 0n) - Number(order < 0n));
      }),
    );
  });
});

describe("timestampToEpochMs()", () => {
  it("rounds down to the millisecond", () => {
    expect(timestampToEpochMs({ seconds: 1, nanos: 999_999_999 })).toBe(1999);
  });
});

describe("parseInstant()", () => {
  it.each(["0001-01-01T00:00:00Z", "", undefined, null])("takes %j for no instant", (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});
