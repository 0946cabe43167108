import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWritten } from "./room-borders.mjs";

const ROOT = join(import.meta.dirname, "..", "..");

const FILES: Readonly<Record<string, string>> = {
  "src/core/reads-the-clock.ts": "export const now = Date.now();\n",
  "src/core/makes-a-date.ts": "export const now = new Date();\n",
  "src/core/imports-node.ts": 'import { readFileSync } from "node:fs";\nexport const read = readFileSync;\n',
  "src/core/deep/imports-a-port.ts": 'import type { Clock } from "../../ports/clock.ts";\nexport type C = Clock;\n',
  "src/core/deep/imports-core-images.ts": 'import { parse } from "../images/parse.ts";\nexport const p = parse;\n',
  "src/core/images/parse.ts": "export const parse = (text: string) => new Date(text).getTime();\n",
  "src/docker/imports-store.ts": 'import { rows } from "../store/rows.ts";\nexport const r = rows;\n',
  "src/docker/imports-core.ts": 'import { parse } from "../core/images/parse.ts";\nexport const p = parse;\n',
  "src/engine/sleeps.ts": "export const sleep = () => setTimeout(() => undefined, 1);\n",
  "src/store/rows.ts": "export const rows: readonly string[] = [];\n",
  "src/cli/wires.ts": 'import { rows } from "../store/rows.ts";\nexport const r = [rows, Date.now()];\n',
  "src/cli/prints.ts": "export const print = (text: string) => process.stdout.write(text);\n",
  "src/cli/prints-by-console.ts": "export const print = (text: string) => console.error(text);\n",
  "src/cli/prints-by-parts.ts":
    "const { stdout } = process;\nexport const print = (text: string) => stdout.write(text);\n",
  "src/cli/pretends.ts":
    'import type { Shown } from "./shown.ts";\nexport const pretend = (text: string) => text as Shown;\n',
  "src/cli/shown.ts":
    "export type Shown = string & { readonly brand: true };\nexport const show = (text: string) => text as Shown;\n",
  "src/ports/clock.ts": "export type Clock = { now(): number };\n",
};

describe("room borders", () => {
  let dir = "";
  let report = "";
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "berth-borders-"));
    for (const part of ["biome.json", ".gitignore", "scripts/lint"])
      cpSync(join(ROOT, part), join(dir, part), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    report = lintReport(dir);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each([
    ["src/core/reads-the-clock.ts", "Clock port"],
    ["src/core/makes-a-date.ts", "Clock port"],
    ["src/core/imports-node.ts", "behind a port"],
    ["src/core/deep/imports-a-port.ts", "src/core is pure"],
    ["src/docker/imports-store.ts", "src/docker is an adapter"],
    ["src/engine/sleeps.ts", "Clock port"],
    ["src/cli/prints.ts", "past the terminal's door"],
    ["src/cli/prints-by-console.ts", "past the terminal's door"],
    ["src/cli/prints-by-parts.ts", "past the terminal's door"],
    ["src/cli/pretends.ts", "past the terminal's door"],
  ])("refuse %s and say where it belongs", (path, message) => {
    expect(findingsIn(report, path)).toContain(message);
  });

  it.each([
    "src/core/deep/imports-core-images.ts",
    "src/core/images/parse.ts",
    "src/docker/imports-core.ts",
    "src/cli/wires.ts",
    "src/cli/shown.ts",
  ])("let %s pass", (path) => {
    expect(findingsIn(report, path)).toBe("");
  });

  it("are what Biome reads: run `node scripts/lint/room-borders.mjs --write` after a change", () => {
    expect(isWritten()).toBe(true);
  });
});

/** Biome's findings; it exits non-zero when there are any. */
function lintReport(dir: string): string {
  const biome = join(ROOT, "node_modules", "@biomejs", "biome", "bin", "biome");
  try {
    return execFileSync(process.execPath, [biome, "lint", "--vcs-enabled=false", "src"], {
      cwd: dir,
      encoding: "utf8",
      stdio: "pipe",
    });
  } catch (thrown) {
    const { stdout, stderr } = thrown as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}

/** The findings that begin with a file's name. */
function findingsIn(report: string, path: string): string {
  return report
    .split(/\n(?=src\/)/)
    .filter((finding) => finding.startsWith(path))
    .join("\n");
}
