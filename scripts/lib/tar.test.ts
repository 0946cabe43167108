import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TarEntry, tar } from "./tar.mjs";

const ENTRIES: readonly TarEntry[] = [
  { type: "dir", path: "tmp", mode: 0o1777 },
  { type: "file", path: "etc-passwd", data: "root:x:0:0::/:/bin/sh\n" },
  { type: "file", path: "program", data: Buffer.alloc(1_025, 7), mode: 0o755 },
  { type: "symlink", path: "sh", target: "program" },
];

describe("tar()", () => {
  let dir = "";
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "berth-tar-"));
    writeFileSync(join(dir, "archive.tar"), tar(ENTRIES));
    execFileSync("tar", ["-xpf", "archive.tar"], { cwd: dir });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("writes what the system's tar unpacks with content, modes and links", () => {
    expect(readFileSync(join(dir, "etc-passwd"), "utf8")).toBe("root:x:0:0::/:/bin/sh\n");
    expect(readFileSync(join(dir, "program")).equals(Buffer.alloc(1_025, 7))).toBe(true);
    expect(statSync(join(dir, "program")).mode & 0o7777).toBe(0o755);
    expect(statSync(join(dir, "tmp")).mode & 0o7777).toBe(0o1777);
    expect(readlinkSync(join(dir, "sh"))).toBe("program");
  });

  it("makes the same bytes of the same entries, so that a layer keeps its digest", () => {
    expect(tar(ENTRIES).equals(tar(ENTRIES))).toBe(true);
  });

  it("refuses a path that does not fit its header", () => {
    expect(() => tar([{ type: "dir", path: "x".repeat(100) }])).toThrow(RangeError);
  });
});
