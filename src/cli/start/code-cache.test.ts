import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCodeCache } from "./code-cache.ts";
import { partLoader } from "./parts.ts";

const MAIN = `exports.answer = () => require("./other.cjs").number() + 1;`;
const OTHER = `exports.number = () => 41; exports.from = moduleUrl; exports.path = require("node:path");`;

let folder: string;
let cacheFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-code-"));
  cacheFile = join(folder, "run.code");
  writeFileSync(join(folder, "main.cjs"), MAIN);
  writeFileSync(join(folder, "other.cjs"), OTHER);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Main = { answer(): number };

/** As a process that starts, answers and ends. */
function start(own: string | undefined = cacheFile, shipped?: string): number {
  const cache = openCodeCache({ own, shipped });
  const { answer } = partLoader(folder, cache.compile)("main.cjs") as Main;
  const result = answer();
  cache.save();
  return result;
}

/** Was the file good for all that was loaded? One that was not is written anew. */
function isUsed(): boolean {
  const before = statSync(cacheFile, { bigint: true }).mtimeNs;
  start();
  return statSync(cacheFile, { bigint: true }).mtimeNs === before;
}

describe("openCodeCache()", () => {
  it("keeps what was compiled, for its owner alone, and uses it at the next start", () => {
    expect(start()).toBe(42);
    expect(statSync(cacheFile).mode & 0o777).toBe(0o600);
    expect(isUsed()).toBe(true);
  });

  it("does not use what was kept for another text, even of the same length", () => {
    start();
    writeFileSync(join(folder, "other.cjs"), OTHER.replace("41", "51"));
    expect(start()).toBe(52);
    expect(isUsed()).toBe(true);
  });

  it("does without a file that is damaged anywhere, and writes it anew", () => {
    start();
    const sound = readFileSync(cacheFile);
    for (let at = 0; at < sound.length; at += 7) {
      const damaged = Buffer.from(sound);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      writeFileSync(cacheFile, damaged);
      expect(start()).toBe(42);
    }
    expect(isUsed()).toBe(true);
  });

  it.each([0, 1, 40, 300, -1])("does without a file that was cut off after %i bytes", (length) => {
    start();
    writeFileSync(cacheFile, readFileSync(cacheFile).subarray(0, length));
    expect(start()).toBe(42);
    expect(isUsed()).toBe(true);
  });

  it("does without what another version of Node kept", () => {
    start();
    writeFileSync(cacheFile, readFileSync(cacheFile, "latin1").replace(process.version, "v1.2.3"), "latin1");
    expect(isUsed()).toBe(false);
  });

  it("adds what a later start needs beside it", () => {
    const cache = openCodeCache({ own: cacheFile });
    partLoader(folder, cache.compile)("other.cjs");
    cache.save();
    expect(isUsed()).toBe(false);
    expect(isUsed()).toBe(true);
  });

  it("takes what came with the program, and keeps nothing then", () => {
    const shipped = join(folder, "shipped.code");
    start(shipped);
    expect(start(cacheFile, shipped)).toBe(42);
    expect(existsSync(cacheFile)).toBe(false);
  });

  it("takes what came with the program after an upgrade, too, and then keeps it", () => {
    start();
    writeFileSync(join(folder, "other.cjs"), OTHER.replace("41", "51"));
    const shipped = join(folder, "shipped.code");
    start(shipped);
    expect(start(cacheFile, shipped)).toBe(52);
    expect(isUsed()).toBe(true);
  });

  it.each(["another text", "damage"])("keeps its own when what came with the program is of no use: %s", (what) => {
    const shipped = join(folder, "shipped.code");
    start(shipped);
    if (what === "damage") writeFileSync(shipped, "no code");
    else writeFileSync(join(folder, "other.cjs"), OTHER.replace("41", "51"));
    expect(start(cacheFile, shipped)).toBe(what === "damage" ? 42 : 52);
    expect(isUsed()).toBe(true);
  });

  it("names the same place in stack traces wherever the program lies", () => {
    writeFileSync(join(folder, "main.cjs"), `exports.answer = () => 1;\nexports.fail = () => new Error("mine").stack;`);
    const [here, there] = [folder, mkdtempSync(join(tmpdir(), "berth-code-"))];
    for (const name of ["main.cjs", "other.cjs"]) writeFileSync(join(there, name), readFileSync(join(here, name)));
    const stacks = [here, there].map((place) => {
      const cache = openCodeCache({ own: cacheFile });
      const { fail } = partLoader(place, cache.compile)("main.cjs") as { fail(): string };
      const [, line] = fail().split("\n");
      cache.save();
      return line;
    });
    rmSync(there, { recursive: true });
    expect(stacks[0]).toContain("(berth/dist/command/main.cjs:2:");
    expect(stacks[1]).toBe(stacks[0]);
  });

  it("works where nothing can be kept", () => {
    mkdirSync(cacheFile);
    expect(start()).toBe(42);
    expect(start(join(folder, "gone", "run.code"))).toBe(42);
    expect(start(undefined)).toBe(42);
    expect(existsSync(join(folder, "gone"))).toBe(false);
  });
});

describe("partLoader()", () => {
  it("loads each part once, tells it where it is, and leaves other requests to Node", () => {
    const load = partLoader(folder, openCodeCache({}).compile);
    const other = load("other.cjs") as { readonly from: string; readonly path: unknown };
    expect(load("other.cjs")).toBe(other);
    expect(other.from).toBe(`file://${join(folder, "other.cjs")}`);
    expect(other.path).toHaveProperty("join");
  });

  it("shows lines of the file in a stack trace", () => {
    writeFileSync(join(folder, "main.cjs"), `// first line\n\nthrow new Error("third line");\n`);
    const load = partLoader(folder, openCodeCache({}).compile);
    expect(() => load("main.cjs")).toThrow(expect.objectContaining({ stack: expect.stringContaining("main.cjs:3:7") }));
  });
});
