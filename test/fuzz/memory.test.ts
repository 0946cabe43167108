/**
 * Every parser gets inputs of 50 MB in a process of its own with a bounded heap: a heap that is full ends the process, and
 * no error handling of ours would help.
 */
import { type ExecFileException, execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildProgram, removeProgram } from "../store/child-process.ts";

const MIB = 1024 * 1024;
const HEAP_MIB = 768;
/** The heap, the input outside of it, and Node itself. */
const MOST_BYTES = 1_280 * MIB;
/** One that gets here hangs. */
const LIMIT_MS = 300_000;
const PARSERS = [
  ...["definition text", "definition document", "task override", "event", "answer of the daemon"],
  ...["state import", "saved text", "saved document", "store row"],
  ...["engine's registry auth", "Docker's configuration", "credential helper", "repository login"],
];

type Outcome = { readonly exit: number | string; readonly lines: readonly string[]; readonly errors: string };

let program = "";
let folder = "";

beforeAll(async () => {
  program = await buildProgram(new URL("./large-program.ts", import.meta.url));
  folder = await mkdtemp(join(tmpdir(), "large-"));
});
afterAll(async () => {
  await removeProgram(program);
  await rm(folder, { recursive: true, force: true });
});

async function run(parser: string): Promise<Outcome> {
  const own = await mkdtemp(join(folder, "run-"));
  const args = [`--max-old-space-size=${HEAP_MIB}`, program, parser, own];
  try {
    return await new Promise((resolve) => {
      execFile(process.execPath, args, { timeout: LIMIT_MS }, (error: ExecFileException | null, stdout, stderr) => {
        const exit = error === null ? 0 : (error.signal ?? error.code ?? "unknown");
        resolve({ exit, lines: stdout.trim().split("\n"), errors: stderr });
      });
    });
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

describe("inputs of 50 MB", () => {
  it.each(PARSERS)(
    `%s: a named error or a result, in a heap of ${HEAP_MIB} MiB`,
    async (parser) => {
      const { exit, lines, errors } = await run(parser);
      const [last = ""] = lines.slice(-1);
      expect(exit, `ended at ${last}: ${errors.slice(0, 2_000)}`).toBe(0);
      const outcomes = lines.slice(0, -1);
      expect(outcomes.length).toBeGreaterThan(2);
      for (const outcome of outcomes) expect(outcome).toMatch(/: (?:read|[A-Z]\w+Error) after \d+ ms$/);
      const { peakBytes } = JSON.parse(last);
      expect(peakBytes).toBeGreaterThan(50 * MIB);
      expect(peakBytes).toBeLessThan(MOST_BYTES);
    },
    LIMIT_MS,
  );
});
