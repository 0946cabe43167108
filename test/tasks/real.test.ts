/** Whole tasks on the real daemon: what their containers see of each other, of the host and of the network. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withPullBehaviour } from "../../src/agent/compose-engine.ts";
import { systemRandom } from "../../src/agent/system-random.ts";
import type { Task } from "../../src/core/task.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import { systemClock } from "../../src/docker/system-clock.ts";
import { CredentialsManager } from "../../src/engine/credentials-manager.ts";
import { ImageManager } from "../../src/images/index.ts";
import { realDaemon } from "../docker-client/real-daemon.ts";
import { eventually } from "../faults/daemon-control.ts";
import { FaultWorld } from "../faults/fault-world.ts";

const REGISTRY = process.env.BERTH_TEST_REGISTRY ?? "";
if (REGISTRY === "") throw new Error("BERTH_TEST_REGISTRY is not set: run the tests with npm test");

/** Serves its name on port 80 to everybody who connects, until it is told to end. */
const serves = (name: string) => `trap 'exit 0' TERM; (while :; do echo ${name} | nc -l -p 80; done) & wait`;
/** Reads what the address serves, for as long as it takes to be served. */
const reads = (host: string, wanted: string) =>
  `for i in $(seq 50); do [ "$(nc ${host} 80 </dev/null)" = ${wanted} ] && exit 42; sleep 0.2; done; exit 1`;

let world: FaultWorld;
let folder: string;

beforeEach(async () => {
  world = await FaultWorld.open();
  folder = await mkdtemp(join(tmpdir(), "berth-tasks-"));
});
afterEach(async () => {
  expect(await world.close()).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

/** Also their digests, which would tell that an image made here was pulled. */
async function removePulled(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const image = await world.docker.inspectImage(name);
    const own = [...(image?.tags ?? []), ...(image?.repoDigests ?? [])].filter((each) => each.startsWith(REGISTRY));
    for (const each of own) await world.docker.removeImage(each);
  }
}

/** Another engine than the usual one. */
async function reopened(options: Parameters<typeof FaultWorld.open>[0]): Promise<void> {
  await world.close();
  world = await FaultWorld.open(options);
}

function hostPortsOf(task: Task, name: string): readonly number[] {
  return (world.container(task, name).networkBindings ?? []).map(({ hostPort = 0 }) => hostPort);
}

/** What a port of this host serves; undefined when nobody listens. */
function served(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect({ host: "127.0.0.1", port });
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on("data", (data) => {
      text += data;
    });
    socket.on("error", () => resolve(undefined));
    socket.on("close", () => resolve(text.trim()));
  });
}

/** The container may listen a moment later than it runs. */
async function servedSoon(port: number, wanted: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) if ((await served(port)) === wanted) return;
  throw new Error(`port ${port} does not serve ${wanted}`);
}

/** Changes are read a moment after they are stored. */
async function allTold(task: Task): Promise<void> {
  await eventually(async () => world.told(task).includes("task STOPPED"), 10_000, "the changes to be read");
}

async function exitCodes(task: Task): Promise<readonly (number | undefined)[]> {
  return (await world.untilStatus(task, "STOPPED")).containers.map(({ exitCode }) => exitCode);
}

describe("published ports", () => {
  it("IT-3: a port that is not mapped is not reached, a mapped one serves; a kill from outside stops the task", async () => {
    const mapped = await world.add([{ name: "web", script: serves("web"), portMappings: [{ containerPort: 80 }] }]);
    await world.untilStatus(mapped, "RUNNING");
    const [port = 0] = hostPortsOf(mapped, "web");
    await servedSoon(port, "web");
    const bare = await world.add([{ name: "bare", script: serves("bare") }]);
    await world.untilStatus(bare, "RUNNING");
    expect(hostPortsOf(bare, "bare")).toEqual([]);
    expect((await world.docker.inspectContainer(world.container(bare, "bare").dockerName))?.ports).toEqual([]);
    expect(await served(80)).not.toBe("bare");
    const { dockerId } = world.container(mapped, "web");
    if (dockerId === undefined) throw new Error("it was created");
    await world.docker.killContainer(dockerId, "SIGKILL");
    expect(await exitCodes(mapped)).toEqual([137]);
    expect(await served(port)).toBeUndefined();
  });

  it("IT-4: two containers serve one container port on two host ports", async () => {
    const portMappings = [{ containerPort: 80 }];
    const names = ["a", "b"];
    const task = await world.add(names.map((name) => ({ name, script: serves(name), portMappings })));
    await world.untilStatus(task, "RUNNING");
    const ports = names.flatMap((name) => hostPortsOf(task, name));
    expect(new Set(ports).size).toBe(2);
    await servedSoon(ports[0] ?? 0, "a");
    await servedSoon(ports[1] ?? 0, "b");
  });

  it("IT-6: two mappings of one container port are two host ports, and both serve", async () => {
    const portMappings = [{ containerPort: 80 }, { containerPort: 80 }];
    const task = await world.add([{ name: "web", script: serves("web"), portMappings }]);
    await world.untilStatus(task, "RUNNING");
    const ports = hostPortsOf(task, "web");
    expect(new Set(ports).size).toBe(2);
    for (const port of ports) await servedSoon(port, "web");
  });

  it("IT-7: a link with an alias leads to the other container", async () => {
    const task = await world.add([
      { name: "db", script: serves("db"), essential: false },
      { name: "web", script: reads("backend", "db"), links: ["db:backend"] },
    ]);
    await world.untilStatus(task, "STOPPED");
    expect(world.container(task, "web").exitCode).toBe(42);
  });
});

describe("files", () => {
  it("IT-9: volumesFrom shares data; who has it read-only cannot write, who has not can", async () => {
    const writes = (file: string) => `echo x > /data/${file} && exit 0; exit 42`;
    const from = (readOnly: boolean) => [{ sourceContainer: "source", readOnly }];
    const after = [{ containerName: "source", condition: "SUCCESS" }];
    const task = await world.add(
      [
        {
          name: "source",
          script: "echo shared > /data/source",
          essential: false,
          mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
        },
        { name: "writer", script: writes("writer"), essential: false, volumesFrom: from(false), dependsOn: after },
        { name: "reader", script: writes("reader"), essential: false, volumesFrom: from(true), dependsOn: after },
        {
          name: "looker",
          script: "[ $(cat /data/source) = shared ] && exit 7",
          volumesFrom: from(true),
          dependsOn: ["writer", "reader"].map((containerName) => ({ containerName, condition: "COMPLETE" })),
        },
      ],
      { volumes: [{ name: "data" }] },
    );
    expect(await exitCodes(task)).toEqual([0, 0, 42, 7]);
  });

  it("IT-10: a path of the host is seen inside, and what is written there is seen outside", async () => {
    await writeFile(join(folder, "given"), "from outside\n");
    const script = '[ "$(cat /host/given)" = "from outside" ] && echo "from inside" > /host/made && exit 42';
    const task = await world.add(
      [{ name: "web", script, mountPoints: [{ sourceVolume: "host", containerPath: "/host" }] }],
      { volumes: [{ name: "host", host: { sourcePath: folder } }] },
    );
    expect(await exitCodes(task)).toEqual([42]);
    expect(await readFile(join(folder, "made"), "utf8")).toBe("from inside\n");
  });

  it("IT-11: an empty volume is shared by two containers, and only they are told of", async () => {
    const mountPoints = [{ sourceVolume: "data", containerPath: "/data" }];
    const task = await world.add(
      [
        { name: "writes", script: "echo 42 > /data/x", essential: false, mountPoints },
        {
          name: "reads",
          script: "exit $(cat /data/x)",
          mountPoints,
          dependsOn: [{ containerName: "writes", condition: "SUCCESS" }],
        },
      ],
      { volumes: [{ name: "data" }] },
    );
    expect(await exitCodes(task)).toEqual([0, 42]);
    await allTold(task);
    expect(new Set(world.told(task).map((each) => each.split(" ")[0]))).toEqual(new Set(["writes", "reads", "task"]));
  });
});

describe("the life of a task", () => {
  it("IT-1, IT-21: images that are not here are pulled one at a time; containers and task are told as RUNNING and STOPPED", async () => {
    const names = [`${REGISTRY}/berth-test/busybox:latest`, `${REGISTRY}/berth-test/pull:latest`];
    await removePulled(names);
    const docker = createDockerClient({ endpoint: realDaemon() });
    const imageManager = new ImageManager({
      docker,
      clock: systemClock,
      random: systemRandom,
      limits: { maxParallelPulls: 1 },
    });
    await reopened({ imageManager });
    const task = await world.add(names.map((image, index) => ({ name: `c${index}`, image })));
    await world.untilStatus(task, "RUNNING");
    await world.engine.stopTask(task.arn);
    await world.untilStatus(task, "STOPPED");
    await allTold(task);
    const told = world.told(task).filter((each) => !each.endsWith("MANIFEST_PULLED"));
    expect(told.toSorted()).toEqual(["c0", "c1", "task"].flatMap((name) => [`${name} RUNNING`, `${name} STOPPED`]));
    expect([told.indexOf("task RUNNING"), told.indexOf("task STOPPED")]).toEqual([2, 5]);
    await world.engine.removeTask(task.arn);
    await removePulled(names);
    docker.close();
  });

  it("IT-12, IT-13: a stopped task stays for its wait and then goes with its metadata; its credentials go at once", async () => {
    const credentialsManager = new CredentialsManager();
    const machine = { ...withPullBehaviour("prefer-cached"), cleanupWaitMs: 2_000 };
    await reopened({ config: { machine }, credentialsManager, containerMetadata: true, hostDataDir: folder });
    const task = await world.add([{ name: "web", script: 'test -f "$ECS_CONTAINER_METADATA_FILE"; sleep 1' }]);
    const credentials = { roleArn: "arn:r", accessKeyId: "a", secretAccessKey: "s", sessionToken: "t", expiration: "" };
    credentialsManager.setCredentials("c1", { taskArn: task.arn, credentials });
    const gone = new Promise<void>((resolve) => {
      world.engine.subscribe((event) => event.type === "removed" && event.taskArn === task.arn && resolve());
    });
    const { stoppedAt = 0 } = await world.untilStatus(task, "STOPPED");
    expect(credentialsManager.getCredentials("c1")).toBeUndefined();
    expect(world.engine.listTasks()).toHaveLength(1);
    expect(await readdir(join(folder, "metadata", "default"))).toEqual([task.id]);
    await gone;
    expect(systemClock.now() - stoppedAt).toBeGreaterThanOrEqual(2_000);
    expect(world.engine.listTasks()).toEqual([]);
    expect(await readdir(join(folder, "metadata", "default"))).toEqual([]);
  });

  it.each([
    { versionConsistency: "enabled", asked: true },
    { versionConsistency: "disabled", asked: false },
  ])("an image is held to the digest that its registry names: versionConsistency $versionConsistency", async (row) => {
    const image = `${REGISTRY}/berth-test/busybox:latest`;
    const task = await world.add([{ name: "web", image, versionConsistency: row.versionConsistency }]);
    await world.untilStatus(task, "RUNNING");
    expect(world.container(task, "web")).toMatchObject({
      digestResolved: row.asked,
      imageDigest: expect.stringMatching(/^sha256:/),
    });
    expect(world.told(task).includes("web MANIFEST_PULLED")).toBe(row.asked);
    await world.engine.stopTask(task.arn);
    await world.untilStatus(task, "STOPPED");
    await world.engine.removeTask(task.arn);
    await removePulled([image]);
  });

  it("IT-14: an image that is not to be had, under always: container and task are STOPPED and were never RUNNING", async () => {
    await reopened({ config: { machine: withPullBehaviour("always") } });
    const task = await world.add([{ name: "web", image: `${REGISTRY}/no/such/image:1` }]);
    await world.untilStatus(task, "STOPPED");
    await allTold(task);
    expect(world.told(task)).toEqual(["web STOPPED", "task STOPPED"]);
  });

  it("IT-15: a container becomes HEALTHY and is stopped", async () => {
    const healthCheck = { command: ["CMD-SHELL", "true"], interval: 5, timeout: 2, retries: 1 };
    const task = await world.add([{ name: "web", healthCheck }]);
    await world.until(task, ({ containers }) => containers[0]?.health.status === "HEALTHY");
    await world.engine.stopTask(task.arn);
    expect(await exitCodes(task)).toEqual([0]);
  });

  it("IT-16: an engine that takes over knows statuses, labels, times and images as they were, and stops the task", async () => {
    const task = await world.add([{ name: "web" }]);
    await world.untilStatus(task, "RUNNING");
    // Docker's own times are known with the look that follows the start.
    const docker = await world.docker.inspectContainer(world.container(task, "web").dockerName);
    await world.until(task, () => world.container(task, "web").startedAt === docker?.startedAt);
    const look = async () => {
      const { knownStatus, createdAt, startedAt, imageId, dockerId, dockerName } = world.container(task, "web");
      const labels = (await world.docker.inspectContainer(dockerName))?.labels;
      return { knownStatus, createdAt, startedAt, imageId, dockerId, labels };
    };
    const before = await look();
    world.crashEngine();
    await world.startEngine();
    expect(await look()).toEqual(before);
    await world.engine.stopTask(task.arn);
    expect(await exitCodes(task)).toEqual([0]);
    await allTold(task);
    expect(world.told(task).slice(-2)).toEqual(["web STOPPED", "task STOPPED"]);
  });

  it("IT-20: a container that may gain no privileges runs and is stopped", async () => {
    const task = await world.add([{ name: "web", dockerSecurityOptions: ["no-new-privileges"] }]);
    await world.untilStatus(task, "RUNNING");
    const seen = await world.docker.inspectContainer(world.container(task, "web").dockerName);
    expect(seen?.raw).toMatchObject({ HostConfig: { SecurityOpt: ["no-new-privileges"] } });
    await world.engine.stopTask(task.arn);
    expect(await exitCodes(task)).toEqual([0]);
  });
});
