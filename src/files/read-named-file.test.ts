import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MAX_FILE_BYTES } from "../core/read-fault.ts";
import { collect, readNamedFile } from "./read-named-file.ts";
import { readPlainFile } from "./read-plain-file.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
function place(): string {
  made += 1;
  return join(folder, `f${made}`);
}
function aFile(text: string): string {
  const path = place();
  writeFileSync(path, text);
  return path;
}
function aPipe(): string {
  const path = place();
  execFileSync("mkfifo", [path]);
  return path;
}
function aHugeFile(): string {
  const path = aFile("");
  truncateSync(path, MAX_FILE_BYTES + 1);
  return path;
}
function aCircle(): string {
  const path = place();
  symlinkSync(path, path);
  return path;
}

const BROKEN = [
  ["a folder", () => folder, "EISDIR"],
  ["an endless device", () => "/dev/zero", "ENODEV"],
  ["a file that is too large", aHugeFile, "EFBIG"],
  ["a link to itself", aCircle, "ELOOP"],
  ["nothing", place, "ENOENT"],
] as const;

describe("readNamedFile()", () => {
  it("reads files, those of the kernel too, which tell no size, and /dev/null", async () => {
    expect((await readNamedFile(aFile("text"))).toString()).toBe("text");
    expect((await readNamedFile("/proc/self/status")).toString()).toContain("Name:");
    expect(await readNamedFile("/dev/null")).toHaveLength(0);
  });

  it.each(BROKEN)("refuses %s", async (_, path, code) => {
    await expect(readNamedFile(path())).rejects.toMatchObject({ code });
  });

  it("refuses a socket", async () => {
    const path = place();
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once("listening", resolve));
    await expect(readNamedFile(path)).rejects.toMatchObject({ code: "ENXIO" });
    server.close();
  });

  it("reads a pipe to its end, also when its writer comes late", async () => {
    const path = aPipe();
    const reading = readNamedFile(path);
    spawn("sh", ["-c", 'printf "one\\n" > "$0"', path]);
    expect((await reading).toString()).toBe("one\n");
  });

  it("gives up a pipe into which nobody writes", async () => {
    await expect(readNamedFile(aPipe(), { silenceMs: 20 })).rejects.toMatchObject({ code: "ETIMEDOUT" });
  });

  it("gives up a pipe without an end", async () => {
    const path = aPipe();
    const writer = spawn("sh", ["-c", 'exec yes > "$0"', path]);
    await expect(readNamedFile(path)).rejects.toMatchObject({ code: "EFBIG" });
    // Its reader is gone.
    await new Promise((resolve) => writer.once("exit", resolve));
  });
});

describe("collect()", () => {
  it("takes so many bytes and no more", async () => {
    async function* chunks() {
      yield Buffer.from("ab");
      yield Buffer.from("cd");
    }
    expect((await collect(chunks(), 4)).toString()).toBe("abcd");
    await expect(collect(chunks(), 3)).rejects.toMatchObject({ code: "EFBIG" });
  });
});

describe("readPlainFile()", () => {
  it("reads a file", () => {
    expect(readPlainFile(aFile("text"))).toBe("text");
  });

  it.each([...BROKEN, ["a pipe", aPipe, "ENODEV"]] as const)("refuses %s", (_, path, code) => {
    expect(() => readPlainFile(path())).toThrow(expect.objectContaining({ code }));
  });
});
