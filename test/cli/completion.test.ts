/** Completion in real shells: what is typed, a Tab, and what the command is then started with. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { berth } from "./berth-command.ts";
import { berthThatPrintsArguments, hasShell, typed } from "./shells.ts";

const TASK = {
  family: "shop",
  volumes: [{ name: "data" }],
  containerDefinitions: [
    { name: "web", image: "app:$" + "{TAG}" },
    { name: "db", image: "postgres" },
  ],
};

let folder: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "berth-complete-"));
  for (const name of ["task.json", "my task.json"]) writeFileSync(join(folder, name), JSON.stringify(TASK));
  mkdirSync(join(folder, "tasks"));
  writeFileSync(join(folder, "tasks", "web.yml"), "{}");
  writeFileSync(join(folder, "notes.txt"), "{}");
  env = await berthThatPrintsArguments(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Typed, and the arguments that come of it. */
const LINES: readonly (readonly [line: string, args: string])[] = [
  ["va\t", "<validate>"],
  ["run task.\t", "<run> <task.json>"],
  ["run my\\ t\t", "<run> <my task.json>"],
  ["validate tas\t", "<validate> <task>"], // task.json and tasks/
  ["validate tasks/\t", "<validate> <tasks/web.yml>"],
  ["run not\t", "<run> <not>"],
  ["run --secrets not\t", "<run> <--secrets> <notes.txt>"],
  ["run --env-files ta\tx", "<run> <--env-files> <tasks/x>"],
  ["run --tim\t5 task.\t", "<run> <--timeout> <5> <task.json>"],
  ["run --output=j\t", "<run> <--output=json>"],
  ["run --pull prefer\t", "<run> <--pull> <prefer-cached>"],
  ["run task.json --image w\tnginx:1", "<run> <task.json> <--image> <web=nginx:1>"],
  ["run task.json --env d\tA=1", "<run> <task.json> <--env> <db:A=1>"],
  ["run task.json --volume d\ttas\t", "<run> <task.json> <--volume> <data=tasks/>"],
  ["run task.json --set T\t1", "<run> <task.json> <--set> <TAG=1>"],
  ["completion z\t", "<completion> <zsh>"],
  ["explain wrong-ty\tunknown-mem\t", "<explain> <wrong-type> <unknown-member>"],
  ["help pl\t", "<help> <plan>"],
];
const lines = LINES.map(([line]) => `berth ${line}`);
const args = LINES.map(([, each]) => each);

async function scriptFor(shell: string): Promise<string> {
  const { code, stdout, stderr } = await berth(["completion", shell]);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
}

describe("completion in bash", () => {
  it("needs nothing beside bash, and is sourced twice", async () => {
    const rc = join(folder, "bashrc");
    const script = await scriptFor("bash");
    writeFileSync(rc, `${script}\n${script}\n`);
    expect(await typed(`bash --noprofile --rcfile ${rc} -i`, { cwd: folder, env, lines })).toEqual(args);
  });

  it("completes in quotes, and where words are not broken at = and :", async () => {
    const rc = join(folder, "bashrc");
    writeFileSync(rc, `${await scriptFor("bash")}\nCOMP_WORDBREAKS=$' \\t\\n'\n`);
    const more = [
      'berth run "my t\t',
      "berth run 'my t\t",
      "berth run task.json --env d\tA=1",
      "berth run --output=j\t",
    ];
    expect(await typed(`bash --noprofile --rcfile ${rc} -i`, { cwd: folder, env, lines: more })).toEqual([
      "<run> <my task.json>",
      "<run> <my task.json>",
      "<run> <task.json> <--env> <db:A=1>",
      "<run> <--output=json>",
    ]);
  });
});

describe("completion in zsh", () => {
  it("loads what it needs, and is sourced twice", async ({ skip }) => {
    if (!(await hasShell("zsh"))) skip("zsh is not installed here");
    const script = await scriptFor("zsh");
    // Without a list of the candidates, or a line editor that hides what it prints.
    const settings = "unsetopt beep auto_list auto_menu zle_bracketed_paste\nPS1=; PS2=\n";
    writeFileSync(join(folder, ".zshrc"), `${settings}${script}\n${script}\n`);
    expect(await typed("zsh -i", { cwd: folder, env, lines })).toEqual(args);
  });
});

describe("completion in fish", () => {
  const candidates = (line: string) =>
    execFileSync(
      "fish",
      ["--no-config", "-c", `source ${join(folder, "berth.fish")}; complete --do-complete $argv`, "--", line],
      {
        cwd: folder,
        env,
        encoding: "utf8",
      },
    )
      .split("\n")
      .flatMap((each) => (each === "" ? [] : [each.split("\t")[0]]));

  it("is sourced twice, and has the same candidates", async ({ skip }) => {
    if (!(await hasShell("fish"))) skip("fish is not installed here");
    const script = await scriptFor("fish");
    writeFileSync(join(folder, "berth.fish"), `${script}\n${script}\n`);
    expect(candidates("berth va")).toEqual(["validate"]);
    expect(candidates("berth run my")).toEqual(["my task.json"]);
    expect(candidates("berth run --output=j")).toEqual(["--output=json"]);
    expect(candidates("berth run task.json --image ")).toEqual(["web=", "db="]);
    expect(candidates("berth run task.json --env d")).toEqual(["db:"]);
    expect(candidates("berth run task.json --volume data=tas")).toEqual(["data=tasks/"]);
    expect(candidates("berth completion ")).toEqual(["bash", "zsh", "fish"]);
    expect(candidates("berth explain wrong-ty")).toEqual(["wrong-type"]);
  });
});
