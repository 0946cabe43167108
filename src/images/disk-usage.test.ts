import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { diskUsedPart } from "./disk-usage.ts";

describe("diskUsedPart()", () => {
  it("is the part of the disk that is not left for programs like us", async () => {
    const { blocks, bavail } = await statfs(tmpdir());
    expect(await diskUsedPart(tmpdir())).toBeCloseTo((blocks - bavail) / blocks, 1);
  });

  it("of a file system without blocks is nothing", async () => {
    expect(await diskUsedPart("/proc")).toBe(0);
  });
});
