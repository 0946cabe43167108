import { describe, expect, it } from "vitest";
import { type FrameHead, FrameWriter, readFrame } from "./frame.ts";
import { judgeTail } from "./tail.ts";

const HEAD: FrameHead = { kind: "rows", number: 1, segment: 1, oldest: 1, previousEnd: 0, schema: 1 };

function frameOf(number: number, text: string): Buffer {
  const writer = new FrameWriter();
  writer.put('["meta","a"]', JSON.stringify(text));
  return Buffer.from(writer.finish({ ...HEAD, number }));
}

const first = frameOf(1, "x".repeat(300));
const second = frameOf(2, "y".repeat(700));
const segment = Buffer.concat([first, second, Buffer.alloc(1_024)]);
const judge = (bytes: Buffer) => judgeTail("journal", bytes, first.length);

describe("judgeTail()", () => {
  it("finds nothing behind the last frame of a good segment", () => {
    expect(judgeTail("journal", segment, first.length + second.length)).toBe("unused");
  });

  it("REC-8: takes no bit that changed in the last frame for a write that was cut off", () => {
    const changed = Buffer.from(segment);
    for (let at = first.length; at < first.length + second.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        changed[at] = (segment[at] ?? 0) ^ (1 << bit);
        expect(readFrame(changed, first.length)).toBeUndefined();
        expect(() => judge(changed), `bit ${bit} of byte ${at}`).toThrow("not there any more");
      }
      changed[at] = segment[at] ?? 0;
    }
  });

  it("knows a write that was cut off by a sector of zeros, in its head or in its lines", () => {
    for (let sector = 0; sector < 3; sector += 1) {
      const torn = Buffer.from(segment);
      torn.fill(0, Math.max(first.length, sector * 512), Math.min(segment.length, (sector + 1) * 512));
      expect(judge(torn), `sector ${sector}`).toBe("unfinished");
    }
  });

  it("REC-8: finds damage when a whole frame lies behind", () => {
    const gap = Buffer.from(segment);
    gap.fill(0, 0, first.length);
    expect(() => judgeTail("journal", gap, 0)).toThrow("what was written at byte 0 is not there any more");
  });

  it("REC-8: finds damage when the zeros that follow every frame are gone", () => {
    const end = first.length + second.length;
    expect(() => judgeTail("journal", segment.subarray(0, end), end)).toThrow("lost its end");
    expect(() => judge(segment.subarray(0, end - 1))).toThrow("lost its end");
  });
});
