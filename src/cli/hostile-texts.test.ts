/** Every place at which a text from outside reaches a terminal, each given what a terminal would obey. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import { createLogUpdate } from "log-update";
import { afterAll, describe, expect, it } from "vitest";
import type { Blocker } from "../core/blocker.ts";
import { asEpochMs } from "../core/brand.ts";
import { RICH } from "../core/definition/spoilt.ts";
import { EngineError, InvalidInputError } from "../core/errors.ts";
import type { Container, Task } from "../core/task.ts";
import type { LogLine } from "../ports/docker-client.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { aCliOutput } from "./a-cli-output.ts";
import { type BoardState, renderBoard, renderFrame } from "./board.ts";
import { completeCommand } from "./completion/completion.ts";
import { endOfRun } from "./exit-code.ts";
import type { CliHost } from "./host.ts";
import { createJsonReporter } from "./json-output.ts";
import { createLiveBoard } from "./live-board.ts";
import { createPlainReporter } from "./plain-output.ts";
import { planMermaid } from "./plan-mermaid.ts";
import { planText } from "./plan-text.ts";
import { createProgram } from "./program.ts";
import { EMPTY_PULL } from "./pull-view.ts";
import type { RunReporter } from "./reporter.ts";
import { createColours, UNICODE_GLYPHS } from "./screen.ts";
import { tameLine } from "./tame-line.ts";
import { toExit } from "./to-exit.ts";
import { InvalidInputLines } from "./told-in-lines.ts";

/** A title, a wiped screen (7 and 8 bit), the clipboard, a bell, a line overwritten, a line that looks like ours, text turned round. */
const HOSTILE =
  "x\u001b]0;t\u0007\u001b[2J\u009b1A\u001b]52;c;ZXZpbA==\u001b\\\u009d8;;http://evil\u009c\u0007\rOVER\nberth: FAKED\n\u202eDEKAF\u2066";
const colours = createColours(false);

/** Nothing but our own line breaks and, where they are asked for, our own colours. */
function expectTame(text: string): void {
  expect(text).not.toBe("");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is the claim
  const unpainted = text.replace(/\u001b\[\d{1,2}m/g, "");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is the claim
  expect(unpainted).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
  for (const line of unpainted.split("\n")) expect(line).not.toMatch(/^berth: FAKED/);
}

const folder = mkdtempSync(join(tmpdir(), "berth-hostile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(text: string, name = "task.json"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function aHost(given: Pick<CliHost, "output">): CliHost {
  return {
    version: "0",
    clock: new SimulatedClock({ startAt: 0 }),
    workingDirectory: folder,
    readStdin: async () => Buffer.from(""),
    onSignal: () => () => undefined,
    onCrash: () => () => undefined,
    openRunEnvironment: () => {
      throw new Error("Docker was not expected");
    },
    ...given,
  };
}

/** The command with these arguments, as far as it goes without Docker. @returns all that it wrote */
async function written(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const seen = { out: "", err: "" };
  const host = aHost({ output: aCliOutput(seen, { isTerminal: true, isErrTerminal: true, env }) });
  try {
    await createProgram(host, { code: 0 }).parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) seen.err += toExit(error, { debug: false }).lines.join("\n");
  }
  return seen.out + seen.err;
}

/** Copies of a document, in each of which one text, or one name of a member, is hostile. */
function spoiltCopies(document: unknown): readonly string[] {
  const text = JSON.stringify(document);
  const literals = [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)];
  return literals.map(
    ({ 0: literal, index }) => text.slice(0, index) + JSON.stringify(HOSTILE) + text.slice(index + literal.length),
  );
}

describe("a definition", () => {
  const more = {
    user: "u",
    entryPoint: ["e"],
    command: ["c"],
    workingDirectory: "/w",
    hostname: "h",
    systemControls: [{ namespace: "net.core.somaxconn", value: "1" }],
    environmentFiles: [{ value: "arn:aws:s3:::b/k.env", type: "s3" }],
    repositoryCredentials: { credentialsParameter: "p" },
    extraHosts: [{ hostname: "h", ipAddress: "1.2.3.4" }],
  };
  const [first, ...others] = RICH.containerDefinitions as readonly Record<string, unknown>[];
  const document = { ...RICH, containerDefinitions: [{ ...first, ...more }, ...others] };

  it.each(["validate", "plan"])("is told tamely by %s, wherever it is hostile", { timeout: 60_000 }, async (verb) => {
    for (const text of spoiltCopies(document)) {
      const file = fileOf(text);
      expectTame(await written([verb, file]));
      expectTame(await written([verb, file], { FORCE_COLOR: "1" }));
    }
  });

  it.each(["json", "mermaid"])("is told tamely as %s", { timeout: 60_000 }, async (format) => {
    for (const text of spoiltCopies(document)) {
      const file = fileOf(text);
      if (format === "json") expectTame(await written(["validate", "--output", format, file]));
      expectTame(await written(["plan", "--output", format, file]));
    }
  });

  it.each([
    ["no JSON", `{"family": ${HOSTILE}`],
    ["no YAML", `family: [${HOSTILE}\n  - "`],
    ["another tool's", `services:\n  ${JSON.stringify(HOSTILE)}: {image: x}`],
    ["a placeholder", JSON.stringify({ family: `\${${HOSTILE}}`, containerDefinitions: [] })],
    [
      "a placeholder without a line break",
      JSON.stringify({ family: "{{ a\u009b\u001b[2J }}", containerDefinitions: [] }),
    ],
    ["a bare placeholder", '{"family": "a", "cpu": <%= a\u009b\u001b %>, "containerDefinitions": []}'],
  ])("that is %s is told tamely", async (_, text) => {
    for (const verb of ["validate", "run", "plan"]) expectTame(await written([verb, fileOf(text)]));
  });
});

describe("an argument", () => {
  const valid = () => fileOf(JSON.stringify(RICH), "valid.json");
  it.each([
    [[`--${HOSTILE}`]],
    [[HOSTILE]],
    [["validate", `--${HOSTILE}`]],
    [["validate", "--output", HOSTILE, "x.json"]],
    [["validate", HOSTILE]],
    [[`${HOSTILE}.json`]],
    [["run", "x.json", HOSTILE]],
    [["completion", HOSTILE]],
    [["explain", HOSTILE]],
    [["run", HOSTILE]],
    [["run", "--env", HOSTILE, "valid.json"]],
    [["run", "--env", `${HOSTILE}:A=1`, "valid.json"]],
    [["run", "--set", HOSTILE, "valid.json"]],
    [["run", "--set", `${HOSTILE}=1`, "valid.json"]],
    [["run", "--set-file", HOSTILE, "valid.json"]],
    [["run", "--image", `${HOSTILE}=x`, "valid.json"]],
    [["run", "--image", `web=${HOSTILE}`, "valid.json"]],
    [["run", "--volume", `${HOSTILE}=/x`, "valid.json"]],
    [["run", "--overrides", HOSTILE, "valid.json"]],
    [["run", "--overrides", `{"containerOverrides":[{"name":${JSON.stringify(HOSTILE)}}]}`, "valid.json"]],
    [["run", "--timeout", HOSTILE, "valid.json"]],
    [["run", "--env-files", HOSTILE, "valid.json"]],
    [["run", "--pull", HOSTILE, "valid.json"]],
    [["validate", "--volume", `${HOSTILE}=/x`, "valid.json"]],
    [["validate", "--set", `${HOSTILE}=/x`, "valid.json"]],
  ])("%j is told tamely", async (args) => {
    valid();
    expectTame(await written(args));
  });

  it("that a shell asks for is left out when it is hostile", async () => {
    const names = ["esc\u001b[2J.json", "csi\u009b2J.json", "bell\u0007.json", "turn\u202e.json", "tame.json"];
    for (const name of names) fileOf("{}", name);
    const seen = { out: "", err: "" };
    const host = aHost({ output: aCliOutput(seen) });
    const program = createProgram(host, { code: 0 });
    for (const shell of ["bash", "zsh", "fish"] as const)
      await completeCommand(shell, shell === "bash" ? ["berth run ", ""] : ["run", ""], { program, host });
    expectTame(seen.out.replaceAll("\t", " "));
    expect(seen.out).toContain("tame.json");
    expect(seen.out).not.toContain("2J");
  });
});

describe("an error", () => {
  it.each([
    ["of Docker", new EngineError("CannotCreateContainerError", HOSTILE)],
    ["of an answering daemon", new EngineError("CannotGetDockerClientVersionError", HOSTILE)],
    ["of input", new InvalidInputError(HOSTILE, HOSTILE)],
    ["in lines", new InvalidInputLines(["Cannot start the task: 2 values missing", HOSTILE])],
    ["of ours", new Error(HOSTILE)],
    ["that is none", HOSTILE],
  ])("%s is told tamely", (_, error) => {
    for (const debug of [false, true]) expectTame(toExit(error, { debug }).lines.join("\n"));
  });
});

const failed: Container = {
  ...aContainer({ name: HOSTILE, image: HOSTILE, hasHealthCheck: true }),
  error: { name: "CannotPullContainerError", message: HOSTILE },
  health: { status: "UNHEALTHY", exitCode: 1, output: HOSTILE },
};
const hostileTask: Task = aTask({
  family: HOSTILE,
  cluster: HOSTILE,
  stoppedReason: HOSTILE,
  containers: [
    failed,
    aContainer({ name: "web", image: HOSTILE }),
    { ...failed, knownStatus: "STOPPED", startedAt: asEpochMs(0), finishedAt: asEpochMs(1), exitCode: 1 },
  ],
});
const line = (text: string): LogLine => ({ stream: "stdout", at: asEpochMs(0), timestamp: "t", text });

/** A run in which everything is hostile. */
function tell(reporter: RunReporter): void {
  reporter.taskChanged({ ...hostileTask, knownStatus: "NONE" });
  reporter.pullProgress(HOSTILE, { layer: HOSTILE, status: HOSTILE });
  reporter.taskChanged({ ...hostileTask, knownStatus: "RUNNING" });
  reporter.note(HOSTILE);
  reporter.notice(HOSTILE);
  reporter.taskChanged({ ...hostileTask, knownStatus: "STOPPED", desiredStatus: "STOPPED" });
  reporter.ended?.({ code: 1, message: HOSTILE });
}

describe("a run", () => {
  const endings = [
    endOfRun({ ...hostileTask, knownStatus: "STOPPED" }, { type: "ended" }),
    endOfRun(hostileTask, { type: "unhealthy", reason: HOSTILE }),
  ];

  it("is told tamely in plain lines", () => {
    const seen = { out: "", err: "" };
    const screen = { colours };
    const output = aCliOutput(seen);
    const reporter = createPlainReporter({ output, screen, dockerHost: HOSTILE, now: () => 0 });
    tell(reporter);
    for (const { message = "" } of endings) reporter.note(message);
    expectTame(seen.out + seen.err);
  });

  it("is told tamely in JSON, its log as well", async () => {
    const seen = { out: "", err: "" };
    const reporter = createJsonReporter({ output: aCliOutput(seen), dockerHost: HOSTILE, now: () => 0 });
    tell(reporter);
    await reporter.logLines(HOSTILE, [line(HOSTILE)]);
    expectTame(seen.out + seen.err);
    expect(
      seen.out
        .split("\n")
        .filter((each) => each !== "")
        .map((each) => JSON.parse(each).type),
    ).toContain("log");
  });

  const blockers: readonly Blocker[] = [
    { type: "retry", containerName: HOSTILE, action: HOSTILE, until: asEpochMs(9), error: HOSTILE },
    { type: "resource", containerName: "web", resource: HOSTILE },
    { type: "dependency", containerName: "web", dependency: HOSTILE, condition: "HEALTHY", unhealthy: failed.health },
    { type: "hostResources", resources: [HOSTILE] },
  ];

  it.each([20, 80, 200])("is drawn tamely, %i columns wide", (columns) => {
    const state: BoardState = {
      task: hostileTask,
      blockers,
      pulls: new Map([[HOSTILE, EMPTY_PULL]]),
      logs: [{ containerName: HOSTILE, stream: "stdout", text: HOSTILE }],
      dockerHost: HOSTILE,
      startedAt: asEpochMs(0),
      now: asEpochMs(1),
      notice: HOSTILE,
    };
    for (const painted of [false, true]) {
      const screen = { columns, rows: 60, colours: createColours(painted), glyphs: UNICODE_GLYPHS };
      expectTame(renderFrame(state, screen).join("\n"));
      expectTame(renderBoard(state, screen).join("\n"));
    }
  });

  it("moves the cursor on the board as without hostile texts", async () => {
    const seen = { out: "", err: "" };
    const board = createLiveBoard({
      output: aCliOutput(seen, { isTerminal: true, columns: 80, rows: 40 }),
      clock: new SimulatedClock({ startAt: 0 }),
      screen: { colours, glyphs: UNICODE_GLYPHS },
      dockerHost: HOSTILE,
      whyBlocked: () => blockers,
      createLogUpdate,
    });
    tell(board);
    for (let count = 0; count < 100; count++) await board.logLines(HOSTILE, [line(HOSTILE)]);
    board.close();
    // What the board and log-update use: begin and end of a frame, erase, up, to a column.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
    const text = (seen.out + seen.err).replace(/\u001b\[(?:\?2026[hl]|\d*[AGKJE]|\?25[hl])/g, "");
    expectTame(text);
  });

  it("is planned tamely", () => {
    const plan = { start: [[hostileStep]], stop: [[hostileStep]], unreachable: [HOSTILE] };
    const { definition } = aTask({ family: HOSTILE });
    expectTame(planText({ ...definition, family: HOSTILE }, plan, colours).join("\n"));
    expectTame(planMermaid(plan).join("\n"));
  });
});

const hostileStep = {
  name: HOSTILE,
  kind: "container",
  essential: true,
  detail: HOSTILE,
  reasons: [{ after: HOSTILE, text: HOSTILE, condition: "START", source: "dependsOn" }],
} as const;

describe("a line of a container", () => {
  it("keeps its colours on a terminal, and nothing else", () => {
    expectTame(tameLine(`\u001b[31m${HOSTILE}`, { colours: true }));
    expect(tameLine("\u001b[31mred\u001b[0m \u202eback", { colours: true })).toBe(
      "\u001b[31mred\u001b[0m back\u001b[0m",
    );
  });
});
