/** Every definition in examples/ runs on the real daemon, by the packed command, and does what its `.expected.json` says. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { berthCommand } from "../cli/berth-command.ts";
import { containersOf } from "./docker-containers.ts";
import { missingInOrder, readRun, repeated } from "./run-record.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const EXAMPLES = join(ROOT, "examples");
const DOCKER_HOST = process.env.BERTH_TEST_DOCKER_HOST ?? "";

type Expected = {
  readonly exitCode: number;
  readonly containers: Readonly<Record<string, number>>;
  readonly events: readonly string[];
  readonly logs: readonly string[];
  readonly restarts?: Readonly<Record<string, number>>;
  readonly ports?: Readonly<Record<string, Readonly<Record<string, number | "any">>>>;
};

const files = readdirSync(EXAMPLES).filter((name) => /\.(json|yaml)$/.test(name) && !name.endsWith(".expected.json"));

describe.concurrent("berth run", () => {
  it.each(files)("%s does what its expectation says, and leaves nothing behind", async (file) => {
    const expected = readExpected(file);
    const { exitCode, stdout, stderr } = await berthRun(file);
    const run = readRun(stdout);
    expect({ exitCode, stderr: exitCode === expected.exitCode ? "" : stderr }).toEqual({
      exitCode: expected.exitCode,
      stderr: "",
    });
    expect(run.exitCodes).toEqual(expected.containers);
    expect(run.restarts).toEqual(expected.restarts ?? {});
    expect({ missing: missingInOrder(expected.events, run.events), seen: run.events }).toMatchObject({ missing: [] });
    expect({ missing: missingInOrder(expected.logs, run.logs), seen: run.logs }).toMatchObject({ missing: [] });
    expect(repeated(expected.logs, run.logs)).toEqual([]);
    expect(run.ports).toMatchObject(portMatchers(expected));
    expect(run.taskArn).not.toBe("");
    expect(await containersOf(DOCKER_HOST, run.taskArn)).toEqual([]);
  });
});

function readExpected(file: string): Expected {
  return JSON.parse(readFileSync(join(EXAMPLES, file.replace(/\.(json|yaml)$/, ".expected.json")), "utf8"));
}

function portMatchers({ ports = {} }: Expected): Readonly<Record<string, unknown>> {
  const matcher = (port: number | "any") => (port === "any" ? expect.any(Number) : port);
  return Object.fromEntries(
    Object.entries(ports).map(([container, wanted]) => [
      container,
      Object.fromEntries(Object.entries(wanted).map(([inside, outside]) => [inside, matcher(outside)])),
    ]),
  );
}

type Ended = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

async function berthRun(file: string): Promise<Ended> {
  const command = await berthCommand();
  const args = [command, "run", join("examples", file), "--output", "json", "--pull", "prefer-cached"];
  const env = { ...process.env, DOCKER_HOST };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: ROOT, env }, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
