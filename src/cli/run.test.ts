import { describe, expect, it } from "vitest";
import { asContainerName, asDockerId, asEpochMs, type TaskArn } from "../core/brand.ts";
import { EngineError } from "../core/errors.ts";
import type { Container, Task } from "../core/task.ts";
import type { EngineEvent, StateChangeDelivery, StopRequest, TaskEngine } from "../engine/task-engine.ts";
import type { DockerClient, LogLine } from "../ports/docker-client.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { aCliOutput } from "./a-cli-output.ts";
import type { EndingSignal } from "./exit-code.ts";
import type { CliHost } from "./host.ts";
import type { CliOutput } from "./reporter.ts";
import { type RunOptions, runCommand } from "./run.ts";
import type { EnvironmentRequest, RunEnvironment } from "./run-environment.ts";

/** An engine whose tasks do what the test tells them to. */
class ScriptedEngine implements TaskEngine {
  readonly calls: string[] = [];
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  task: Task | undefined;
  onAdd: () => void = () => undefined;
  onStop: (request: StopRequest) => void = () => this.end({ exitCode: 143 });
  removal: () => Promise<void> = async () => undefined;
  deliveries: readonly StateChangeDelivery[] = [];

  async addTask(task: Task): Promise<void> {
    this.calls.push("add");
    this.task = task;
    this.onAdd();
  }

  async stopTask(_arn: TaskArn, request: StopRequest = {}): Promise<boolean> {
    this.calls.push(`stop${request.force ? " force" : ""}: ${request.reason}`);
    this.change({ desiredStatus: "STOPPED", stoppingAt: asEpochMs(1) });
    this.onStop(request);
    return true;
  }

  async removeTask(): Promise<void> {
    this.calls.push("remove");
    await this.removal();
  }

  change(given: Partial<Omit<Task, "arn">>): void {
    if (this.task === undefined) throw new Error("ScriptedEngine: no task yet");
    this.task = { ...this.task, ...given };
    for (const listener of [...this.#listeners]) listener({ type: "task", task: this.task });
  }

  changeContainer(given: Partial<Container>, task: Partial<Omit<Task, "arn">> = {}): void {
    const [first, ...rest] = this.task?.containers ?? [];
    if (first === undefined) throw new Error("ScriptedEngine: no container");
    this.change({ ...task, containers: [{ ...first, ...given }, ...rest] });
  }

  run(): void {
    this.changeContainer(
      { knownStatus: "RUNNING", startedAt: asEpochMs(0), dockerId: asDockerId("d1") },
      { knownStatus: "RUNNING" },
    );
  }

  end(given: Partial<Container>): void {
    this.changeContainer(
      { knownStatus: "STOPPED", desiredStatus: "STOPPED", finishedAt: asEpochMs(0), ...given },
      { knownStatus: "STOPPED", desiredStatus: "STOPPED" },
    );
  }

  getTaskByArn(): Task | undefined {
    return this.task;
  }

  whyBlocked(): readonly [] {
    return [];
  }

  async *stateChangeEvents(): AsyncIterable<StateChangeDelivery> {
    yield* this.deliveries;
    await new Promise(() => undefined);
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async init(): Promise<void> {
    throw new Error("ScriptedEngine.init was not expected");
  }
  async mustInit(): Promise<void> {
    throw new Error("ScriptedEngine.mustInit was not expected");
  }
  listTasks(): readonly Task[] {
    throw new Error("ScriptedEngine.listTasks was not expected");
  }
  disable(): void {
    throw new Error("ScriptedEngine.disable was not expected");
  }
  async shutdown(): Promise<void> {
    throw new Error("ScriptedEngine.shutdown was not expected");
  }
  async version(): Promise<string> {
    throw new Error("ScriptedEngine.version was not expected");
  }
  get state(): never {
    throw new Error("ScriptedEngine.state was not expected");
  }
  toJSON(): never {
    throw new Error("ScriptedEngine.toJSON was not expected");
  }
  restoreFromJSON(): never {
    throw new Error("ScriptedEngine.restoreFromJSON was not expected");
  }
  setSaver(): never {
    throw new Error("ScriptedEngine.setSaver was not expected");
  }
}

const logLine = (text: string): LogLine => ({
  stream: "stdout",
  at: asEpochMs(0),
  timestamp: "2026-01-01T00:00:00.000000001Z",
  text,
});

/** A process whose clock, signals and output belong to the test. */
class Stage {
  readonly clock = new SimulatedClock({ startAt: 0 });
  readonly engine = new ScriptedEngine();
  out = "";
  err = "";
  lines: readonly LogLine[] = [];
  logsHang = false;
  connection: RunEnvironment["connection"] = { endpoint: "unix:///run/docker.sock", source: "default" };
  missing: readonly string[] = [];
  closed = 0;
  readonly env: Record<string, string> = {};
  open: (environment: RunEnvironment, request: EnvironmentRequest) => Promise<RunEnvironment> = async (environment) =>
    environment;
  stdin: Promise<string> = Promise.resolve(
    JSON.stringify({ family: "shop", containerDefinitions: [{ name: "web", image: "nginx", memory: 64 }] }),
  );
  readonly #signalListeners = new Set<(signal: EndingSignal) => void>();
  readonly #pipeListeners = new Set<() => void>();
  readonly #crashListeners = new Set<(error: unknown) => void>();

  run(options: Partial<RunOptions> = {}): Promise<number> {
    return runCommand(
      "-",
      { pull: "default", cluster: "default", output: "text", logs: true, ...options },
      this.#host(),
    );
  }

  async signal(signal: EndingSignal): Promise<void> {
    for (const listener of [...this.#signalListeners]) listener(signal);
    await this.clock.advance(200);
  }

  async breakPipe(): Promise<void> {
    for (const listener of [...this.#pipeListeners]) listener();
    await this.clock.advance(0);
  }

  async crash(error: unknown): Promise<void> {
    for (const listener of [...this.#crashListeners]) listener(error);
    await this.clock.advance(0);
  }

  /** Everything that listens has been let go of. */
  get isQuiet(): boolean {
    return this.#signalListeners.size + this.#pipeListeners.size + this.#crashListeners.size === 0;
  }

  #host(): CliHost {
    return {
      version: "0",
      output: this.#output(),
      clock: this.clock,
      workingDirectory: "/",
      readStdin: async () => Buffer.from(await this.stdin),
      onSignal: (listener) => subscribe(this.#signalListeners, listener),
      onCrash: (listener) => subscribe(this.#crashListeners, listener),
      openRunEnvironment: (request) => this.open(this.#environment(), request),
    };
  }

  #output(): CliOutput {
    const { env } = this;
    return aCliOutput(this, { env, onBrokenPipe: (listener) => subscribe(this.#pipeListeners, listener) });
  }

  #environment(): RunEnvironment {
    const { lines, logsHang } = this;
    return {
      engine: this.engine,
      docker: dockerWithLogs(async function* () {
        if (lines.length > 0) yield lines;
        if (logsHang) await new Promise(() => undefined);
      }),
      connection: this.connection,
      processes: { self: () => undefined, fateOf: () => "unknown", listenersOn: () => [] },
      buildTask: (definition) => aTask({ definition, containers: aTask({ definition }).containers }),
      missing: async () => this.missing,
      close: async () => {
        this.closed += 1;
      },
    };
  }
}

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A client of which only the log is ever asked for. */
function dockerWithLogs(logs: DockerClient["logs"]): DockerClient {
  const unexpected = (name: string) => () => {
    throw new Error(`DockerClient.${name} was not expected`);
  };
  const target = { endpoint: "unix:///run/docker.sock", logs } as DockerClient;
  return new Proxy(target, {
    get: (known, name, receiver) => (name in known ? Reflect.get(known, name, receiver) : unexpected(String(name))),
  });
}

describe("runCommand()", () => {
  it("runs a task to its end, removes it and answers with its exit code", async () => {
    const stage = new Stage();
    stage.lines = [logLine("hello")];
    stage.engine.onAdd = () => {
      stage.engine.run();
      stage.engine.end({ exitCode: 3 });
    };
    const code = stage.run();
    await stage.clock.advance(1_000);
    expect(await code).toBe(3);
    expect(stage.engine.calls).toEqual(["add", "remove"]);
    expect(stage.closed).toBe(1);
    expect(stage.isQuiet).toBe(true);
    expect(stage.err).toBe("berth: web (essential) ended the task: exit code 3 after 0 ms\n");
  });

  it("tells the end of a container after its last line", async () => {
    const stage = new Stage();
    stage.lines = [logLine("last words")];
    stage.engine.onAdd = () => {
      stage.engine.run();
      stage.engine.end({ exitCode: 0 });
    };
    const code = stage.run();
    await stage.clock.advance(1_000);
    expect(await code).toBe(0);
    const lines = stage.out.split("\n").map((line) => line.slice(5));
    expect(lines).toEqual([
      "* PENDING  shop:1, cluster default, task 0123456789abcdef0123456789abcdef",
      "* RUNNING",
      "* RUNNING",
      "| last words",
      "* STOPPED  exit code 0 after 0 ms",
      "* STOPPED",
      "",
    ]);
  });

  it("writes nothing but JSON lines with --output json", async () => {
    const stage = new Stage();
    stage.lines = [logLine("hello")];
    stage.engine.onAdd = () => {
      stage.engine.run();
      stage.engine.end({ exitCode: 0 });
    };
    const code = stage.run({ output: "json" });
    await stage.clock.advance(1_000);
    expect(await code).toBe(0);
    const lines: unknown[] = stage.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { type: "task", status: "NONE", desiredStatus: "RUNNING", family: "shop", containers: ["web"] },
      { type: "container", container: "web", status: "RUNNING", runtimeId: "d1" },
      { type: "task", status: "RUNNING" },
      { type: "log", container: "web", stream: "stdout", text: "hello" },
      { type: "container", container: "web", status: "STOPPED", exitCode: 0 },
      { type: "task", status: "STOPPED" },
      {
        type: "outcome",
        exitCode: 0,
        reason: expect.stringContaining("web (essential) ended the task: exit code 0"),
        containers: [{ name: "web", status: "STOPPED", exitCode: 0, addresses: [] }],
      },
    ]);
    for (const line of lines) expect(line).toHaveProperty("time", expect.stringMatching(/^\d{4}-\d\d-\d\dT/));
  });

  it.each([
    [
      {},
      125,
      "db is UNHEALTHY (the check exited with 1: connection refused), and web cannot start before it is HEALTHY",
    ],
    [{ waitUnhealthy: true }, 0, "web (essential) ended the task: exit code 0"],
  ] as const)(
    "ends a task that waits for an UNHEALTHY container, unless it is told to wait: %j",
    async (options, code, last) => {
      const stage = new Stage();
      stage.engine.onStop = () => stage.engine.end({ desiredStatus: "STOPPED" });
      stage.engine.onAdd = () => {
        const [web] = stage.engine.task?.containers ?? [];
        const needsDb = { containerName: asContainerName("db"), condition: "HEALTHY", source: "dependsOn" } as const;
        const health = { status: "UNHEALTHY", exitCode: 1, output: "connection\n refused" } as const;
        const db = aContainer({ name: "db", essential: false, knownStatus: "RUNNING", hasHealthCheck: true, health });
        if (web !== undefined) stage.engine.change({ containers: [{ ...web, dependencies: [needsDb] }, db] });
        setImmediate(() => {
          if (code === 0) stage.engine.end({ exitCode: 0, startedAt: asEpochMs(0) });
        });
      };
      const exit = stage.run(options);
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      await stage.clock.advance(1_000);
      expect(await exit).toBe(code);
      expect(stage.err.trimEnd().split("\n").at(-1)).toContain(last);
    },
  );

  it.each([
    [{ region: "eu-north-1" }, { AWS_REGION: "us-west-1" }, "eu-north-1"],
    [{}, { AWS_REGION: "us-west-1", AWS_DEFAULT_REGION: "us-west-2" }, "us-west-1"],
    [{}, { AWS_REGION: "", AWS_DEFAULT_REGION: "us-west-2" }, "us-west-2"],
    [{}, {}, "eu-central-1"],
  ] as const)(
    "takes the region of a run from option, environment and definition: %j %j",
    async (options, env, region) => {
      const stage = new Stage();
      Object.assign(stage.env, env);
      const image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web:1";
      stage.stdin = Promise.resolve(
        JSON.stringify({ family: "shop", containerDefinitions: [{ name: "web", image, memory: 64 }] }),
      );
      let asked: EnvironmentRequest | undefined;
      stage.open = async (environment, request) => {
        asked = request;
        return environment;
      };
      stage.engine.onAdd = () => stage.engine.end({ exitCode: 0, startedAt: asEpochMs(0) });
      const code = stage.run(options);
      await stage.clock.advance(1_000);
      expect(await code).toBe(0);
      expect(asked?.region).toBe(region);
    },
  );

  it.each([
    ["/no/such/folder", "there is no such folder"],
    ["/etc/passwd", "it is no folder"],
  ])("stops for --env-files %s", async (envFiles, fact) => {
    await expect(new Stage().run({ envFiles })).rejects.toThrow(`Cannot use --env-files ${envFiles}: ${fact}`);
  });

  it("stops for a folder that was typed and is not there, and warns of one that the file names", async () => {
    const task = (volume: object) =>
      JSON.stringify({
        family: "shop",
        containerDefinitions: [{ name: "web", image: "nginx", memory: 64 }],
        volumes: [{ name: "v", ...volume }],
      });
    const typed = new Stage();
    typed.stdin = Promise.resolve(task({}));
    await expect(typed.run({ volume: ["v=/no/such/folder"] })).rejects.toThrow(
      "Cannot use --volume v: there is no /no/such/folder",
    );
    expect(typed.engine.calls).toEqual([]);
    const named = new Stage();
    named.stdin = Promise.resolve(task({ host: { sourcePath: "/no/such/folder" } }));
    named.engine.onAdd = () => named.engine.end({ exitCode: 0, startedAt: asEpochMs(0) });
    const code = named.run();
    await named.clock.advance(1_000);
    expect(await code).toBe(0);
    expect(named.err).toContain("the folder of volume v, /no/such/folder, is not there: Docker makes it");
  });

  it("reads no log with --no-logs", async () => {
    const stage = new Stage();
    stage.lines = [logLine("hello")];
    stage.engine.onAdd = () => {
      stage.engine.run();
      stage.engine.end({ exitCode: 0 });
    };
    const code = stage.run({ logs: false });
    await stage.clock.advance(1_000);
    expect(await code).toBe(0);
    expect(stage.out).not.toContain("hello");
  });

  it("leaves the containers with --keep and says how to remove them", async () => {
    const stage = new Stage();
    stage.engine.onAdd = () => stage.engine.end({ exitCode: 0, startedAt: asEpochMs(0) });
    const code = stage.run({ keep: true });
    await stage.clock.advance(1_000);
    expect(await code).toBe(0);
    expect(stage.engine.calls).toEqual(["add"]);
    expect(stage.err).toContain("label=com.amazonaws.ecs.task-arn=");
  });

  it("acknowledges every state change", async () => {
    const stage = new Stage();
    let acknowledged = 0;
    const acknowledge = async () => {
      acknowledged += 1;
    };
    const change = {
      type: "task",
      taskArn: aTask().arn,
      sequence: 1,
      at: asEpochMs(0),
      status: "RUNNING",
    } as const;
    stage.engine.deliveries = [
      { change, acknowledge },
      { change: { ...change, sequence: 2 }, acknowledge },
    ];
    stage.engine.onAdd = () => stage.engine.end({ exitCode: 0, startedAt: asEpochMs(0) });
    const code = stage.run();
    await stage.clock.advance(1_000);
    await code;
    expect(acknowledged).toBe(2);
  });

  describe("on a signal", () => {
    it.each([
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const)("%s stops in order, removes and answers %d", async (signal, expected) => {
      const stage = new Stage();
      stage.engine.onAdd = () => stage.engine.run();
      const code = stage.run();
      await stage.clock.advance(1_000);
      await stage.signal(signal);
      await stage.clock.advance(1_000);
      expect(await code).toBe(expected);
      expect(stage.engine.calls).toEqual(["add", `stop: Stopped by ${signal}`, "remove"]);
    });

    it("a second one kills, and the exit code stays that of the first", async () => {
      const stage = new Stage();
      stage.engine.onAdd = () => stage.engine.run();
      stage.engine.onStop = (request) => {
        if (request.force) stage.engine.end({ exitCode: 137 });
      };
      const code = stage.run();
      await stage.clock.advance(0);
      await stage.signal("SIGTERM");
      await stage.signal("SIGINT");
      await stage.clock.advance(1_000);
      expect(await code).toBe(143);
      expect(stage.engine.calls).toEqual([
        "add",
        "stop: Stopped by SIGTERM",
        "stop force: Stopped by SIGTERM",
        "remove",
      ]);
    });

    it("a third one leaves at once and says what is left", async () => {
      const stage = new Stage();
      stage.engine.onAdd = () => stage.engine.run();
      stage.engine.onStop = () => undefined;
      const code = stage.run();
      await stage.clock.advance(0);
      for (let press = 0; press < 3; press++) await stage.signal("SIGINT");
      expect(await code).toBe(130);
      expect(stage.err).toContain("Left without cleaning up: remove what is left with docker ps");
    });

    it("before the definition is read, nothing is started", async () => {
      const stage = new Stage();
      stage.stdin = new Promise(() => undefined);
      const code = stage.run();
      await stage.signal("SIGINT");
      expect(await code).toBe(130);
      expect([stage.engine.calls, stage.closed]).toEqual([[], 0]);
    });

    it("while the daemon does not answer, gives up and lets go of a late answer", async () => {
      const stage = new Stage();
      let answer: () => void = () => undefined;
      let aborted = false;
      stage.open = (environment, { signal }) => {
        signal.addEventListener("abort", () => {
          aborted = true;
        });
        return new Promise((resolve) => {
          answer = () => resolve(environment);
        });
      };
      const code = stage.run();
      await stage.clock.advance(0);
      await stage.signal("SIGTERM");
      expect(await code).toBe(143);
      answer();
      await stage.clock.advance(0);
      expect([aborted, stage.closed, stage.engine.calls]).toEqual([true, 1, []]);
    });

    it("after the task has ended, keeps the task's exit code; a second one does not wait for the removal", async () => {
      const stage = new Stage();
      stage.engine.onAdd = () => stage.engine.end({ exitCode: 4, startedAt: asEpochMs(0) });
      stage.engine.removal = () => new Promise(() => undefined);
      const code = stage.run();
      await stage.clock.advance(1_000);
      await stage.signal("SIGINT");
      await stage.signal("SIGINT");
      expect(await code).toBe(4);
      expect(stage.err).toContain("Left without cleaning up");
    });
  });

  it("--timeout stops in order and answers 124", async () => {
    const stage = new Stage();
    stage.engine.onAdd = () => stage.engine.run();
    const code = stage.run({ timeout: "30s" });
    await stage.clock.advance(29_000);
    expect(stage.engine.calls).toEqual(["add"]);
    await stage.clock.advance(2_000);
    expect(await code).toBe(124);
    expect(stage.engine.calls).toEqual(["add", "stop: Stopped by --timeout after 30 s", "remove"]);
  });

  it("--timeout also ends the wait for a daemon", async () => {
    const stage = new Stage();
    stage.open = () => new Promise(() => undefined);
    const code = stage.run({ timeout: "1" });
    await stage.clock.advance(2_000);
    expect(await code).toBe(124);
  });

  it("a reader that goes away stops the task and removes it", async () => {
    const stage = new Stage();
    stage.engine.onAdd = () => stage.engine.run();
    const code = stage.run();
    await stage.clock.advance(0);
    await stage.breakPipe();
    await stage.clock.advance(1_000);
    expect(await code).toBe(141);
    expect(stage.engine.calls).toEqual(["add", "stop: Output closed", "remove"]);
  });

  it("a reader that goes away ends the reading of logs, and nothing is said of what was not shown", async () => {
    const stage = new Stage();
    stage.logsHang = true;
    stage.engine.onAdd = () => stage.engine.run();
    const code = stage.run();
    await stage.clock.advance(0);
    await stage.breakPipe();
    await stage.clock.advance(0);
    expect(await code).toBe(141);
    expect(stage.err).not.toContain("not shown to its end");
  });

  it("says once that a daemon is reached in the open", async () => {
    const stage = new Stage();
    stage.connection = { endpoint: "tcp://10.0.0.5:2375", source: "DOCKER_HOST" };
    stage.engine.onAdd = () => {
      stage.engine.run();
      stage.engine.end({ exitCode: 0 });
    };
    const code = stage.run();
    await stage.clock.advance(1_000);
    await code;
    expect(stage.err.match(/is reached without TLS/g)).toHaveLength(1);
  });

  it("refuses before anything is started when values are missing, naming all of them", async () => {
    const stage = new Stage();
    stage.missing = ["web: secret /prod/key", "web: secret /prod/token"];
    await expect(stage.run()).rejects.toThrow(
      "Cannot start the task: 2 values missing\nweb: secret /prod/key\nweb: secret /prod/token",
    );
    expect([stage.engine.calls, stage.closed]).toEqual([[], 1]);
  });

  it("hands on what the engine refuses, with the environment closed", async () => {
    const stage = new Stage();
    stage.engine.addTask = () => Promise.reject(new EngineError("StateStoreError", "disk full"));
    await expect(stage.run()).rejects.toThrow("disk full");
    expect(stage.closed).toBe(1);
  });

  it("fails when no daemon answers", async () => {
    const stage = new Stage();
    stage.open = () => Promise.reject(new EngineError("CannotGetDockerClientVersionError", "no daemon"));
    await expect(stage.run()).rejects.toThrow("no daemon");
    expect(stage.isQuiet).toBe(true);
  });

  it("a bug of ours kills and removes the task before it is reported", async () => {
    const stage = new Stage();
    stage.engine.onAdd = () => stage.engine.run();
    stage.engine.onStop = () => stage.engine.end({ exitCode: 137 });
    const code = stage.run();
    code.catch(() => undefined);
    await stage.clock.advance(0);
    await stage.crash(new TypeError("x is undefined"));
    await stage.clock.advance(1_000);
    await expect(code).rejects.toThrow("x is undefined");
    expect(stage.engine.calls).toEqual(["add", "stop force: Stopped by a bug in Berth", "remove"]);
  });

  it("a failure in the middle of the run kills and removes the task before it is reported", async () => {
    const stage = new Stage();
    stage.engine.onAdd = () => stage.engine.run();
    stage.engine.onStop = () => stage.engine.end({ exitCode: 137 });
    const lost = new EngineError("StateStoreError", "disk full");
    stage.engine.deliveries = [
      {
        change: { type: "task", taskArn: aTask().arn, sequence: 1, at: asEpochMs(0), status: "RUNNING" },
        acknowledge: () => Promise.reject(lost),
      },
    ];
    const code = stage.run();
    code.catch(() => undefined);
    await stage.clock.advance(1_000);
    await expect(code).rejects.toThrow("disk full");
    expect(stage.engine.calls).toEqual(["add", "stop force: Berth failed", "remove"]);
  });

  it("answers 125 and says how to clean up when the removal fails", async () => {
    const stage = new Stage();
    stage.engine.onAdd = () => stage.engine.end({ exitCode: 0, startedAt: asEpochMs(0) });
    stage.engine.removal = () => Promise.reject(new EngineError("CannotRemoveContainerError", "device busy"));
    const code = stage.run();
    await stage.clock.advance(1_000);
    expect(await code).toBe(125);
    expect(stage.err).toMatch(/device busy[\s\S]*docker rm --force[\s\S]*docker volume rm/);
  });

  it.each(["5x", "0", "-1"])("refuses --timeout %s before it reads anything", async (timeout) => {
    const stage = new Stage();
    await expect(stage.run({ timeout })).rejects.toThrow("--timeout");
    expect(stage.isQuiet).toBe(true);
  });

  it("says once where logs would have gone", async () => {
    const stage = new Stage();
    const awslogs = (prefix: string) => ({
      logDriver: "awslogs",
      options: { "awslogs-group": "/ecs/shop", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": prefix },
    });
    stage.stdin = Promise.resolve(
      JSON.stringify({
        family: "shop",
        containerDefinitions: [
          { name: "web", image: "nginx", memory: 64, logConfiguration: awslogs("ecs") },
          { name: "db", image: "postgres", memory: 64, logConfiguration: awslogs("pg") },
        ],
      }),
    );
    stage.engine.onAdd = () => stage.engine.end({ exitCode: 0, startedAt: asEpochMs(0) });
    const code = stage.run();
    await stage.clock.advance(1_000);
    await code;
    const notes = stage.err.split("\n").filter((line) => line.includes("captured"));
    expect(notes).toEqual([
      "berth: Logs of 2 containers are captured and shown here, and are not sent away: " +
        "web (awslogs group /ecs/shop, stream ecs/web/0123456789abcdef0123456789abcdef), " +
        "db (awslogs group /ecs/shop, stream pg/db/0123456789abcdef0123456789abcdef)",
    ]);
  });
});
