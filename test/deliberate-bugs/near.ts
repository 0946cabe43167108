/** Runs the tests beside the file of a deliberate bug, with the bug in it. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { HiddenBug } from "./subtle-bugs.ts";

type Report = {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
};

/** @returns the first test that fails; undefined when all pass. @throws {Error} when they could not be run */
export function failingTest({ name, near }: HiddenBug): string | undefined {
  const config = join("test", "deliberate-bugs", "near.config.ts");
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vitest, "run", "--config", config, "--reporter=json", ...near],
    { env: { ...process.env, BERTH_BUG: name }, encoding: "utf8" },
  );
  if (status === 0) return undefined;
  const failed = failedIn(stdout);
  if (failed === undefined) throw new Error(`Cannot run the tests near bug "${name}": ${stderr}`);
  return failed;
}

function failedIn(stdout: string): string | undefined {
  const start = stdout.indexOf('{"num');
  if (start < 0) return undefined;
  const { testResults } = JSON.parse(stdout.slice(start)) as Report;
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  return results.find((each) => each.status === "failed")?.fullName;
}
