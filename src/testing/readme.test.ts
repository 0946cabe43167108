import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const README = join(import.meta.dirname, "README.md");
const ROOT = join(import.meta.dirname, "..", "..");

let folder = "";
beforeAll(async () => {
  // Inside the project, where packages are found.
  folder = await mkdtemp(join(ROOT, "node_modules", ".readme-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("the examples of src/testing/README.md", () => {
  it("run as they stand, one after the other, as one program", async () => {
    const text = await readFile(README, "utf8");
    const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = ""]) => code);
    expect(blocks.length).toBeGreaterThanOrEqual(6);
    const outfile = join(folder, "readme.mjs");
    await build({
      stdin: { contents: blocks.join("\n").replaceAll("/tmp/simulated.sock", join(folder, "s.sock")), loader: "ts" },
      alias: {
        berth: join(ROOT, "src", "index.ts"),
        "berth/testing": join(ROOT, "src", "testing", "index.ts"),
        "berth/testing/arbitraries": join(ROOT, "src", "testing", "arbitraries", "index.ts"),
      },
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      external: ["@aws-sdk/*", "fast-check", "valibot", "esbuild"],
      logLevel: "silent",
    });
    await expect(import(pathToFileURL(outfile).href)).resolves.toBeDefined();
  }, 60_000);
});
