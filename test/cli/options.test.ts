/**
 * Each option of each verb, by the packed command: what it does shows, and does not without it. The list is the command's
 * own, so that an option without a test fails here.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { mustCall } from "../../scripts/lib/engine-api.mjs";
import type { CliHost } from "../../src/cli/host.ts";
import { createProgram } from "../../src/cli/program.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import { LocalJsonService } from "../aws/local-json-service.ts";
import { IMAGE, realDaemon } from "../docker-client/real-daemon.ts";
import { type BerthOptions, type BerthResult, berth, startBerth } from "./berth-command.ts";

/** A registry that answers, and has none of these. */
const REGISTRY = process.env.BERTH_TEST_REGISTRY ?? "127.0.0.1:1";
const ONLY_HERE = `${REGISTRY}/berth-test/only-here:1`;
const NOWHERE = `${REGISTRY}/no/such/image:1`;
const ROLE = "arn:aws:iam::123456789012:role/x";
const family = `cli-options-${process.pid}`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-options-"));
  writeFileSync(join(folder, "values.env"), "NAME=busybox\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  const docker = createDockerClient({ endpoint: realDaemon() });
  const left = await docker.listContainers({
    all: true,
    labels: { "com.amazonaws.ecs.task-definition-family": family },
  });
  docker.close();
  expect(left).toEqual([]);
});

type Members = Readonly<Record<string, unknown>>;

/** A task of one container whose shell runs `script`. */
function task(script: string, container: Members = {}, more: Members = {}): string {
  const command = ["sh", "-c", script];
  const containerDefinitions = [{ name: "a", image: IMAGE, memory: 16, command, ...container }];
  return JSON.stringify({ family, ...more, containerDefinitions });
}

function berthIn(args: readonly string[], stdin: string, env: BerthOptions["env"] = {}): Promise<BerthResult> {
  return berth(args, { cwd: folder, stdin, env: { DOCKER_HOST: realDaemon(), ...env } });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen({ port: 0, host: "0.0.0.0" }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

type Use = {
  readonly stdin: string;
  readonly option: readonly string[];
  readonly env?: BerthOptions["env"];
};

/** Everything that the command told, and its exit code, with the option and without. */
async function told(verb: string, { stdin, option, env }: Use): Promise<{ with: string; without: string }> {
  const results = await Promise.all([berthIn([verb, "-", ...option], stdin, env), berthIn([verb, "-"], stdin, env)]);
  const [one = "", other = ""] = results.map(({ code, stdout, stderr }) => `${stdout}${stderr}code ${code}\n`);
  return { with: one, without: other };
}

async function expectShows(verb: string, pattern: RegExp, use: Use): Promise<void> {
  const texts = await told(verb, use);
  expect(texts.with).toMatch(pattern);
  expect(texts.without).not.toMatch(pattern);
}

const SECRET_FILES = {
  "secrets.yaml": "# of the test\n/prod/key: 0123\n",
  "secrets.yml": "/prod/key: '0123'\n",
  "secrets.json": '{ "/prod/key": "0123" }',
  "secrets.env": "KEY=0123\n",
};
const SECRET = task("echo [$KEY]", { secrets: [{ name: "KEY", valueFrom: "/prod/key" }] }, { executionRoleArn: ROLE });

const PLAIN = task("echo hello");
const PLACEHOLDER = task("echo hello", { image: "berth-test/$" + "{NAME}:latest" });
const VOLUME = { volumes: [{ name: "data" }] };
const MOUNT = { mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] };

const RUN: Readonly<Record<string, () => Promise<void>>> = {
  "--env": () => expectShows("run", /\| \[one=1\]/, { stdin: task("echo [$A]"), option: ["--env", "a:A=one=1"] }),
  "--pull": async () => {
    const [repo = "", tag = ""] = ONLY_HERE.split(/:(?=\d+$)/);
    const daemon = { host: realDaemon(), source: "the test" };
    const target = new URLSearchParams({ repo, tag });
    await mustCall(daemon, "POST", `/images/${IMAGE}/tag?${target}`, { action: "tag the image" });
    try {
      const stdin = task("echo hello", { image: ONLY_HERE });
      await expectShows("run", /could not be run: CannotPull[\s\S]*code 125/, { stdin, option: ["--pull", "always"] });
    } finally {
      await mustCall(daemon, "DELETE", `/images/${ONLY_HERE}`, { action: "remove the tag" });
    }
  },
  "--cluster": () => expectShows("run", /cluster blue/, { stdin: PLAIN, option: ["--cluster", "blue"] }),
  "--region": () =>
    expectShows("run", /\| \[ap-south-2\]/, { stdin: task("echo [$AWS_REGION]"), option: ["--region", "ap-south-2"] }),
  "--timeout": () =>
    expectShows("run", /Stopped by --timeout[\s\S]*code 124/, { stdin: task("sleep 3"), option: ["--timeout", "1s"] }),
  "--wait-unhealthy": async () => {
    const healthCheck = { command: ["CMD", "false"], interval: 5, timeout: 2, retries: 1 };
    const db = { name: "db", image: IMAGE, memory: 16, command: ["sleep", "60"], stopTimeout: 1, healthCheck };
    const web = { ...db, name: "web", dependsOn: [{ containerName: "db", condition: "HEALTHY" }] };
    const stdin = JSON.stringify({ family, containerDefinitions: [db, web] });
    const [ended, waited] = await Promise.all([
      berthIn(["run", "-"], stdin),
      berthIn(["run", "-", "--wait-unhealthy", "--timeout", "10s"], stdin),
    ]);
    expect([ended.code, waited.code]).toEqual([125, 124]);
  },
  "--keep": async () => {
    const docker = createDockerClient({ endpoint: realDaemon() });
    const { code } = await berthIn(["run", "-", "--keep"], PLAIN);
    const labels = { "com.amazonaws.ecs.task-definition-family": family };
    const kept = await docker.listContainers({ all: true, labels });
    for (const { dockerId } of kept) await docker.removeContainer(dockerId, { force: true, removeVolumes: true });
    docker.close();
    expect({ code, kept: kept.length }).toEqual({ code: 0, kept: 1 });
  },
  "--replace": async () => {
    const portMappings = [{ containerPort: 80, hostPort: await freePort() }];
    const stays = task("echo up; sleep 60", { portMappings, ...MOUNT }, VOLUME);
    const run = await startBerth(["run", "-"], { cwd: folder, stdin: stays, env: { DOCKER_HOST: realDaemon() } });
    await run.seen(/\| up/);
    run.child.kill("SIGKILL");
    await run.result;
    const stdin = task("echo hello", { portMappings });
    const without = await berthIn(["run", "-"], stdin);
    expect(without.stderr).toMatch(
      /Host port \d+ is held by container ecs-cli.* that was killed: remove it with --replace/,
    );
    expect(without.code).toBe(125);
    const replaced = await berthIn(["run", "-", "--replace"], stdin);
    expect(replaced.stderr).toMatch(/Removed container ecs-cli.*, left by a run that was killed/);
    expect(replaced.code).toBe(0);
    const docker = createDockerClient({ endpoint: realDaemon() });
    const volumes = await docker.listVolumes({ labels: { "com.amazonaws.ecs.task-arn": true } });
    docker.close();
    expect(volumes.filter(({ name }) => name.includes(family))).toEqual([]);
  },
  "--secrets": async () => {
    for (const [name, text] of Object.entries(SECRET_FILES)) {
      writeFileSync(join(folder, name), text);
      await expectShows("run", /\| \[0123\]/, { stdin: SECRET, option: ["--secrets", name] });
    }
  },
  "--aws": async () => {
    const parameter = { Name: "/prod/key", Type: "SecureString", Value: "from-ssm" };
    const ssm = new LocalJsonService(() => ({
      status: 200,
      body: { Parameters: [parameter], InvalidParameters: [] },
    }));
    await ssm.listen();
    const { region, env, credentials } = ssm.options;
    const { accessKeyId, secretAccessKey } = credentials;
    const login = { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    try {
      await expectShows("run", /\| \[from-ssm\]/, { stdin: SECRET, option: ["--aws"], env: { ...env, ...login } });
    } finally {
      await ssm.close();
    }
  },
  "--env-files": async () => {
    mkdirSync(join(folder, "files", "bucket"), { recursive: true });
    writeFileSync(join(folder, "files", "bucket", "web.env"), "A=from-file\n");
    const environmentFiles = [{ type: "s3", value: "arn:aws:s3:::bucket/web.env" }];
    const stdin = task("echo [$A]", { environmentFiles }, { executionRoleArn: ROLE });
    await expectShows("run", /\| \[from-file\]/, { stdin, option: ["--env-files", "files"] });
  },
  "--output": () => expectShows("run", /^\{.*"text":"hello".*\}$/m, { stdin: PLAIN, option: ["--output", "json"] }),
  "--no-logs": async () => {
    const texts = await told("run", { stdin: PLAIN, option: ["--no-logs"] });
    expect(texts.with).not.toMatch(/\| hello/);
    expect(texts.without).toMatch(/\| hello/);
  },
  "--overrides": async () => {
    const overrides = JSON.stringify({ containerOverrides: [{ name: "a", command: ["echo", "overridden"] }] });
    writeFileSync(join(folder, "overrides.json"), overrides);
    for (const given of [overrides, "overrides.json"]) {
      await expectShows("run", /\| overridden/, { stdin: PLAIN, option: ["--overrides", given] });
    }
  },
  "--image": () =>
    expectShows("run", /\| hello[\s\S]*code 0/, {
      stdin: task("echo hello", { image: NOWHERE }),
      option: ["--image", `a=${IMAGE}`],
    }),
  "--set": () => expectShows("run", /\| hello/, { stdin: PLACEHOLDER, option: ["--set", "NAME=busybox"] }),
  "--set-file": () => expectShows("run", /\| hello/, { stdin: PLACEHOLDER, option: ["--set-file", "values.env"] }),
  "--volume": async () => {
    writeFileSync(join(folder, "given.txt"), "from the host\n");
    const stdin = task("cat /data/given.txt", MOUNT, VOLUME);
    await expectShows("run", /\| from the host/, { stdin, option: ["--volume", "data=."] });
  },
};

const VALIDATE: typeof RUN = {
  "--overrides": () =>
    expectShows("validate", /\[override-container-unknown\]/, {
      stdin: PLAIN,
      option: ["--overrides", '{"containerOverrides":[{"name":"nobody"}]}'],
    }),
  "--image": () =>
    expectShows("validate", /: valid/, {
      stdin: task("true", { image: "REPOSITORY:TAG" }),
      option: ["--image", `a=${IMAGE}`],
    }),
  "--volume": () =>
    expectShows("validate", /: valid\ncode 0/, {
      stdin: task("true", MOUNT, { volumes: [{ name: "data", efsVolumeConfiguration: { fileSystemId: "fs-1" } }] }),
      option: ["--volume", "data=."],
    }),
  "--set": () => expectShows("validate", /: valid/, { stdin: PLACEHOLDER, option: ["--set", "NAME=busybox"] }),
  "--set-file": () => expectShows("validate", /: valid/, { stdin: PLACEHOLDER, option: ["--set-file", "values.env"] }),
  "--output": async () => {
    const { stdout } = await berthIn(["validate", "-", "--output", "json"], PLAIN);
    expect(JSON.parse(stdout)).toMatchObject({ files: [{ valid: true }] });
  },
};

const PLAN: typeof RUN = {
  "--overrides": () =>
    expectShows("plan", /nobody/, {
      stdin: PLAIN,
      option: ["--overrides", '{"containerOverrides":[{"name":"nobody"}]}'],
    }),
  "--image": () => expectShows("plan", /"nobody"[\s\S]*code 2/, { stdin: PLAIN, option: ["--image", "nobody=x"] }),
  "--set": () => expectShows("plan", /code 0/, { stdin: PLACEHOLDER, option: ["--set", "NAME=busybox"] }),
  "--set-file": () => expectShows("plan", /code 0/, { stdin: PLACEHOLDER, option: ["--set-file", "values.env"] }),
  "--volume": () =>
    expectShows("plan", /code 2/, { stdin: task("true", MOUNT, VOLUME), option: ["--volume", "dat=."] }),
  "--output": async () => {
    const json = await berthIn(["plan", "-", "--output", "json"], PLAIN);
    expect(JSON.parse(json.stdout)).toMatchObject({ start: [[{ name: "a" }]] });
    const mermaid = await berthIn(["plan", "-", "--output", "mermaid"], PLAIN);
    expect(mermaid.stdout).toMatch(/^flowchart TD\n/);
  },
};

const TESTS: Readonly<Record<string, typeof RUN>> = { run: RUN, validate: VALIDATE, plan: PLAN };

/** Of each verb, as `--help` has them. */
function definedOptions(): Readonly<Record<string, readonly string[]>> {
  const program = createProgram({ version: "0.0.0" } as CliHost, { code: 0 });
  const verbs = program.commands.map((each) => [each.name(), each.options] as const);
  return Object.fromEntries(verbs.map(([name, options]) => [name, options.map(({ long }) => long ?? "").sort()]));
}

it("every option of every verb has a test here, and no other has", () => {
  const tested = Object.fromEntries(Object.entries(TESTS).map(([verb, tests]) => [verb, Object.keys(tests).sort()]));
  const withOptions = Object.entries(definedOptions()).filter(([, options]) => options.length > 0);
  expect(tested).toEqual(Object.fromEntries(withOptions));
});

describe.each(Object.entries(TESTS))("berth %s", (_, tests) => {
  it.each(Object.entries(tests))("%s does what its help says", (_option, test) => test());
});
