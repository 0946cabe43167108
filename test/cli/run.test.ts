/** `berth run` on a real daemon: exit codes, ways to end it early, its output, and that nothing is left behind. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createDockerClient } from "../../src/docker/index.ts";
import { type BerthOptions, type BerthProcess, type BerthResult, startBerth } from "./berth-command.ts";

const IMAGE = "berth-test/busybox:latest";
/** A registry that answers, and has it not; or an address at which nobody listens. */
const NO_IMAGE = `${process.env.BERTH_TEST_REGISTRY ?? "127.0.0.1:1"}/no/such/image:1`;
const TASK_LABEL = "com.amazonaws.ecs.task-arn";
const FAMILY_LABEL = "com.amazonaws.ecs.task-definition-family";

const endpoint = process.env.BERTH_TEST_DOCKER_HOST ?? "";
if (endpoint === "") throw new Error("BERTH_TEST_DOCKER_HOST is not set: run the tests with npm test");

const family = `cli-run-${process.pid}`;
const docker = createDockerClient({ endpoint });
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-run-"));
});
afterAll(() => {
  docker.close();
  rmSync(folder, { recursive: true, force: true });
});

type Container = Readonly<Record<string, unknown>> & { readonly name: string };

/** A port of this host that this process has, until it is closed. */
function listen(): Promise<{ readonly port: number; close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen({ port: 0, host: "0.0.0.0" }, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      resolve({ port, close: () => new Promise((closed) => server.close(() => closed())) });
    });
  });
}

/** A container whose shell runs `script`. */
const shell = (name: string, script: string, more: Readonly<Record<string, unknown>> = {}): Container => ({
  name,
  image: IMAGE,
  memory: 16,
  command: ["sh", "-c", script],
  ...more,
});
/** Ends at once on SIGTERM, and says so. */
const patient = (name: string, more: Readonly<Record<string, unknown>> = {}) =>
  shell(name, `trap 'echo ${name} stops; exit 0' TERM; echo ${name} is up; while :; do sleep 0.1; done`, more);
/** Ends on SIGKILL only. */
const stubborn = (name: string, more: Readonly<Record<string, unknown>> = {}) =>
  shell(name, `trap '' TERM; echo ${name} is up; while :; do sleep 0.1; echo still here; done`, more);

type Task = { readonly containers: readonly Container[] } & Readonly<Record<string, unknown>>;

function start(
  { containers, ...task }: Task,
  args: readonly string[] = [],
  options: BerthOptions = {},
): Promise<BerthProcess> {
  const definition = { family, ...task, containerDefinitions: containers };
  const env = { DOCKER_HOST: endpoint, ...options.env };
  return startBerth(["run", "-", ...args], { cwd: folder, ...options, env, stdin: JSON.stringify(definition) });
}

async function run(task: Task, args: readonly string[] = [], options: BerthOptions = {}): Promise<BerthResult> {
  return (await start(task, args, options)).result;
}

async function leftovers(): Promise<readonly string[]> {
  const containers = await docker.listContainers({ all: true, labels: { [FAMILY_LABEL]: family, [TASK_LABEL]: true } });
  const volumes = await docker.listVolumes({ labels: { [TASK_LABEL]: true } });
  const own = volumes.filter((volume) => volume.name.includes(family));
  return [...containers.map((each) => each.dockerName), ...own.map((each) => each.name)];
}

const jsonLines = (stdout: string): Readonly<Record<string, unknown>>[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

afterEach(async () => {
  expect(await leftovers()).toEqual([]);
});

describe("berth run: exit codes", () => {
  it.each<[string, number, Task]>([
    ["every essential container exits 0", 0, { containers: [shell("a", "exit 0")] }],
    ["the essential container exits 3", 3, { containers: [shell("a", "exit 3")] }],
    [
      "an essential container exits 4 and another one is stopped for it",
      4,
      { containers: [shell("a", "sleep 0.5; exit 4"), patient("b")] },
    ],
    [
      "an essential container exits 0 and another one dies of its stop",
      0,
      { containers: [shell("a", "sleep 0.5"), shell("b", "sleep 60", { stopTimeout: 2 })] },
    ],
    [
      "one that is not essential exits 5",
      0,
      { containers: [shell("a", "sleep 1"), shell("b", "exit 5", { essential: false })] },
    ],
    ["the command is not found by the shell", 127, { containers: [shell("a", "no-such-command")] }],
    ["the program does not exist", 125, { containers: [{ ...shell("a", ""), command: ["/no/such/program"] }] }],
    ["the image does not exist", 125, { containers: [{ ...shell("a", ""), image: NO_IMAGE }] }],
    [
      "a dependency fails",
      125,
      {
        containers: [
          shell("init", "exit 1", { essential: false }),
          shell("a", "exit 0", { dependsOn: [{ containerName: "init", condition: "SUCCESS" }] }),
        ],
      },
    ],
  ])("when %s: %d", async (_, code, task) => {
    const result = await run(task);
    expect({ code: result.code, output: result.code === code ? "" : result.stdout + result.stderr }).toEqual({
      code,
      output: "",
    });
  });

  it("explains in one line which container ended the task, and why one could not be run", async () => {
    const ended = await run({ containers: [shell("a", "exit 3")] });
    expect(ended.stderr).toMatch(/^berth: a \(essential\) ended the task: exit code 3 after .*\n$/);
    const failed = await run({ containers: [{ ...shell("a", ""), image: NO_IMAGE }] });
    expect(failed.stderr).toMatch(/^berth: a \(essential\) could not be run: CannotPull/m);
  });
});

describe("berth run: ending it early", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGQUIT", 131],
  ] as const)("%s stops in order and exits %d", async (signal, code) => {
    const dependsOn = [{ containerName: "db", condition: "START" }];
    const process = await start({ containers: [patient("db"), patient("web", { dependsOn })] });
    await process.seen(/web is up/);
    process.child.kill(signal);
    const { code: actual, stdout } = await process.result;
    expect(actual).toBe(code);
    const lines = stdout.split("\n").filter((line) => /stops$|\* STOPPED {2}exit/.test(line));
    expect(lines.map((line) => line.replace(/ +/g, " "))).toEqual([
      "web | web stops",
      expect.stringMatching(/^web \* STOPPED exit code 0/),
      "db | db stops",
      expect.stringMatching(/^db \* STOPPED exit code 0/),
    ]);
  });

  it("says which containers did not stop in time, where they ended and at the end", async () => {
    const process = await start({ containers: [stubborn("a", { stopTimeout: 2 }), patient("b")] });
    await process.seen(/a is up/);
    await process.seen(/b is up/);
    process.child.kill("SIGTERM");
    const { stdout, stderr } = await process.result;
    expect(stdout).toMatch(/a +\* STOPPED {2}exit code 137 after .*, killed: it did not stop within 2 s\n/);
    expect(stderr).toMatch(/berth: Stopped by SIGTERM; a did not stop within 2 s: killed\n$/);
  });

  it("a second SIGINT kills at once", async () => {
    const process = await start({ containers: [stubborn("a", { stopTimeout: 120 })] });
    await process.seen(/a is up/);
    process.child.kill("SIGINT");
    // A signal that follows within a tenth of a second is taken for an echo of the first.
    await process.seen(/kills at once/);
    await process.seen(/\* STOPPING(?:[\s\S]*still here){4}/);
    process.child.kill("SIGINT");
    const { code, stdout } = await process.result;
    expect(code).toBe(130);
    expect(stdout).toMatch(/a +\* STOPPED {2}exit code 137/);
  });

  it("STOP-5: SIGINT while an image is fetched ends the run without waiting for the image", async () => {
    const dependsOn = [{ containerName: "db", condition: "START" }];
    const containers = [
      patient("db"),
      { ...shell("web", "exit 0", { dependsOn }), image: "192.0.2.1:5000/far/away:1" },
    ];
    const process = await start({ containers });
    await process.seen(/db is up/);
    process.child.kill("SIGINT");
    expect((await process.result).code).toBe(130);
  });

  it("SIGTERM before anything was read starts nothing", async () => {
    const process = await startBerth(["run", "/dev/stdin"], {
      cwd: folder,
      env: { DOCKER_HOST: "tcp://192.0.2.1:2375" },
      stdin: JSON.stringify({ family, containerDefinitions: [shell("a", "exit 0")] }),
    });
    process.child.kill("SIGTERM");
    const { code } = await process.result;
    // A signal that comes before the program listens ends it the plain way.
    expect([143, null]).toContain(code);
  });

  it("STOP-7: killed from outside, it exits 137", async () => {
    const process = await start({ containers: [patient("a")] });
    await process.seen(/a is up/);
    const [container] = await docker.listContainers({ all: true, labels: { [FAMILY_LABEL]: family } });
    if (container !== undefined) await docker.killContainer(container.dockerId, "SIGKILL");
    const { code, stderr } = await process.result;
    expect([code, stderr]).toEqual([137, expect.stringContaining("exit code 137 (SIGKILL)")]);
  });

  it("--timeout stops it and exits 124", async () => {
    const { code, stderr, stdout } = await run({ containers: [patient("a")] }, ["--timeout", "2s"]);
    expect(code).toBe(124);
    expect(stderr).toContain("Stopped by --timeout after 2.0 s");
    expect(stdout).toContain("a stops");
  });

  it("a reader of its output that goes away stops it", async () => {
    const process = await start({
      containers: [shell("a", "while :; do echo line; sleep 0.05; done", { stopTimeout: 2 })],
    });
    await process.seen(/\| line/);
    process.child.stdout?.destroy();
    expect((await process.result).code).toBe(141);
  });
});

describe("berth run: output", () => {
  it("writes nothing but JSON lines with --output json: every change and every line, with time", async () => {
    const containers = [shell("a", "echo out; echo err >&2; exit 3", { portMappings: [{ containerPort: 80 }] })];
    const { code, stdout } = await run({ containers }, ["--output", "json"]);
    const lines = jsonLines(stdout);
    expect(code).toBe(3);
    for (const line of lines) expect(Date.parse(String(line.time))).toBeGreaterThan(Date.UTC(2020, 0, 1));
    const states = lines.filter((line) => line.type === "container").map((line) => line.status);
    expect(states).toEqual(expect.arrayContaining(["PULLED", "CREATED", "RUNNING", "STOPPED"]));
    expect(lines.filter((line) => line.type === "log")).toEqual(
      expect.arrayContaining([
        { time: expect.any(String), type: "log", container: "a", stream: "stdout", text: "out" },
        { time: expect.any(String), type: "log", container: "a", stream: "stderr", text: "err" },
      ]),
    );
    expect(lines.findLast((line) => line.type === "container")).toMatchObject({
      container: "a",
      status: "STOPPED",
      exitCode: 3,
    });
    expect(lines.findLast((line) => line.type === "task")).toMatchObject({
      status: "STOPPED",
      stopCode: "EssentialContainerExited",
    });
    expect(lines.at(-1)).toMatchObject({ type: "outcome", exitCode: 3 });
  });

  it("shows every line of a container that ends at once, in order", async () => {
    const { stdout } = await run({
      containers: [shell("a", "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done")],
    });
    const lines = stdout.split("\n").flatMap((line) => /\| line (\d+)$/.exec(line)?.[1] ?? []);
    expect(lines).toEqual(Array.from({ length: 2_000 }, (_, index) => String(index)));
  });

  it("reads no log with --no-logs", async () => {
    const { stdout } = await run({ containers: [shell("a", "echo secret text")] }, ["--no-logs"]);
    expect(stdout).toContain("STOPPED");
    expect(stdout).not.toContain("secret text");
  });

  it("shows logs that would have gone away, and says once where they would have gone", async () => {
    const options = { "awslogs-group": "/ecs/a", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "ecs" };
    const containers = [shell("a", "echo hello", { logConfiguration: { logDriver: "awslogs", options } })];
    const { code, stdout, stderr } = await run({ containers });
    expect(code).toBe(0);
    expect(stdout).toContain("a    | hello");
    expect(stderr.match(/are not sent away/g)).toHaveLength(1);
    expect(stderr).toMatch(/a \(awslogs group \/ecs\/a, stream ecs\/a\/[0-9a-f]{32}\)/);
  });

  it("prints where a published port is reached", async () => {
    const containers = [shell("a", "sleep 2", { portMappings: [{ containerPort: 80 }] })];
    const { stdout } = await run({ containers });
    expect(stdout).toMatch(/a +\* .*http:\/\/localhost:\d+ -> 80\/tcp/);
  });

  it("case 31: with awsvpc as well, in text and JSON, and says that the port which was asked for is taken", async () => {
    const [taken, free] = [await listen(), await listen()];
    await free.close();
    const portMappings = [{ containerPort: taken.port }, { containerPort: free.port }];
    const task = { networkMode: "awsvpc", containers: [shell("a", "sleep 2", { portMappings })] };
    const [text, json] = [await run(task), await run(task, ["--output", "json"])];
    await taken.close();
    expect(text.stdout).toMatch(
      new RegExp(
        `a +\\* RUNNING {2}\\S+:\\d+ -> ${taken.port}/tcp \\(host port ${taken.port} is taken\\), \\S+:${free.port} -> ${free.port}/tcp\n`,
      ),
    );
    const records = json.stdout.split("\n").filter((line) => line.includes('"addresses":[{'));
    expect(records.map((line) => JSON.parse(line))).toMatchObject([
      { status: "RUNNING", addresses: [{ insteadOf: taken.port }, { target: `${free.port}/tcp` }] },
      { type: "outcome" },
    ]);
  });

  it("names the process that holds a fixed port", async () => {
    const { port, close } = await listen();
    const containers = [shell("a", "sleep 2", { portMappings: [{ containerPort: 80, hostPort: port }] })];
    const { code, stderr } = await run({ containers });
    await close();
    expect(stderr).toMatch(
      new RegExp(`Host port ${port} is held by process ${process.pid} \\(.+\\): end it with kill`),
    );
    expect(code).toBe(125);
  });
});

describe("berth run: options", () => {
  it("a volume of the task is shared by its containers and gone afterwards", async () => {
    const mountPoints = [{ sourceVolume: "data", containerPath: "/data" }];
    const containers = [
      shell("init", "echo 42 > /data/x", { mountPoints, essential: false }),
      shell("a", "cat /data/x", { mountPoints, dependsOn: [{ containerName: "init", condition: "SUCCESS" }] }),
    ];
    const { code, stdout } = await run({ containers, volumes: [{ name: "data" }] });
    expect([code, stdout]).toEqual([0, expect.stringContaining("| 42")]);
  });

  it("--secrets gives values; without them the run is refused before it starts, with all missing ones named", async () => {
    const secrets = [
      { name: "KEY", valueFrom: "/prod/key" },
      { name: "TOKEN", valueFrom: "/prod/token" },
    ];
    const containers = [shell("a", "echo $KEY-$TOKEN", { secrets })];
    const executionRoleArn = "arn:aws:iam::123456789012:role/x";
    const refused = await run({ containers, executionRoleArn });
    expect([refused.code, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toMatch(/2 values missing[\s\S]*\/prod\/key[\s\S]*\/prod\/token/);
    writeFileSync(join(folder, "secrets.json"), JSON.stringify({ "/prod/key": "k", "/prod/token": "t" }));
    const { code, stdout } = await run({ containers, executionRoleArn }, ["--secrets", "secrets.json"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("| k-t")]);
  });

  it("--keep leaves the containers and says how to remove them", async () => {
    const { code, stderr } = await run({ containers: [shell("a", "exit 0")] }, ["--keep"]);
    expect(code).toBe(0);
    const kept = await docker.listContainers({ all: true, labels: { [FAMILY_LABEL]: family } });
    expect(kept).toHaveLength(1);
    expect(stderr).toContain(`label=${TASK_LABEL}=`);
    for (const { dockerId } of kept) await docker.removeContainer(dockerId, { force: true, removeVolumes: true });
  });

  it("an invalid definition is refused with 2 and every problem", async () => {
    const containers = [
      { name: "a", image: "", memory: 16 },
      { ...shell("b", "exit 0"), memory: "16" },
    ];
    const { code, stdout, stderr } = await run({ containers });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      /containerDefinitions\[0\]\.image[\s\S]*containerDefinitions\[1\]\.memory|containerDefinitions\[1\]\.memory[\s\S]*containerDefinitions\[0\]\.image/,
    );
  });

  it("two runs of one definition do not meet", async () => {
    const results = await Promise.all([
      run({ containers: [shell("a", "sleep 0.5")] }),
      run({ containers: [shell("a", "sleep 0.5")] }),
    ]);
    expect(results.map((result) => result.code)).toEqual([0, 0]);
  });
});
