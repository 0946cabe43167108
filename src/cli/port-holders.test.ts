import { describe, expect, it } from "vitest";
import type { Listener } from "../agent/host-processes.ts";
import { asDockerName, type DockerId } from "../core/brand.ts";
import { aRequest, definitionOf } from "../core/definition/a-definition.ts";
import { engineIdOfRun } from "../core/run-owner.ts";
import type { CreateBody } from "../ports/docker-client.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { SimulatedDocker } from "../testing/simulated-docker/index.ts";
import { removeCommand } from "./clean-up-command.ts";
import { describeHolder, newConflicts } from "./port-holders.ts";

const ARN = "arn:aws:ecs:us-east-1:000000000000:task/default/0a";
const NAME = "ecs-shop-1-web-0a";
const REMOVE = removeCommand(ARN);
const ALLOCATED =
  "driver failed programming external connectivity on endpoint ecs-shop-1-web-1f: Bind for 0.0.0.0:8080 failed: port is already allocated";
const IN_USE = "Error starting userland proxy: listen tcp6 [::]:8080: bind: address already in use";
const owner = { pid: 42, startTicks: "7", pidNamespace: "4026531836", bootId: "327b11fd-9498-47e7-9b51-f64c5f1dd030" };

const ours = (family: string, engineId: string) => ({
  "berth.engine-id": engineId,
  "com.amazonaws.ecs.container-name": "web",
  "com.amazonaws.ecs.task-arn": ARN,
  "com.amazonaws.ecs.task-definition-family": family,
  "com.amazonaws.ecs.task-definition-version": "1",
});

type World = {
  readonly message?: string;
  readonly endpoint?: string;
  readonly fate?: "alive" | "gone" | "unknown";
  readonly listeners?: readonly Listener[];
};

function aWorld({ message = ALLOCATED, endpoint = "unix:///run/docker.sock", fate = "gone", listeners = [] }: World) {
  const simulated = new SimulatedDocker({ clock: new SimulatedClock(), endpoint });
  simulated.image("web:1", { where: "daemon" });
  const docker = simulated.client();
  const portMappings = [
    { containerPort: 80, hostPort: 8080 },
    { containerPort: 443, hostPort: 8443 },
    { containerPort: 53, hostPort: 53, protocol: "udp" },
  ];
  const container = aContainer({ name: "web", error: { name: "CannotStartContainerError", message } });
  const task = {
    ...aTask({ definition: definitionOf(aRequest({}, { portMappings })), containers: [container] }),
    family: "shop",
  };
  const processes = { self: () => undefined, fateOf: () => fate, listenersOn: () => listeners };
  return {
    task,
    container,
    async start(
      name: string,
      labels: Readonly<Record<string, string>>,
      hostConfig: CreateBody["HostConfig"],
    ): Promise<DockerId> {
      const body = { Image: "web:1", Labels: labels, HostConfig: hostConfig ?? {} };
      const { dockerId } = await docker.createContainer({ name: asDockerName(name), body });
      await docker.startContainer(dockerId);
      return dockerId;
    },
    holder: () => describeHolder(task, container, { docker, processes }),
  };
}

const published = (port: string, hostPort: number) => ({ PortBindings: { [port]: [{ HostPort: String(hostPort) }] } });

describe("describeHolder()", () => {
  it.each([
    ["gone", "shop", `of a berth run that was killed: remove it with --replace, or with ${REMOVE}`],
    ["gone", "other", `of a berth run that was killed: remove it with ${REMOVE}`],
    ["alive", "shop", "of a berth run that goes on: end it with kill 42, or give web another hostPort"],
    ["unknown", "shop", `of a berth run that cannot be seen from here: when it is over, remove it with ${REMOVE}`],
  ] as const)("case 09: names a run's container; its process is %s, its family %s", async (fate, family, advice) => {
    const world = aWorld({ fate });
    const name = NAME.replace("shop", family);
    await world.start(name, ours(family, engineIdOfRun(owner, "ab")), published("8080/tcp", 8080));
    expect(await world.holder()).toBe(
      `Host port 8080 is held by container ${name} (web of ${family}, image web:1) ${advice}`,
    );
  });

  it("names a container of another engine with its task, and any other with how to stop it", async () => {
    const engine = aWorld({});
    await engine.start(NAME, ours("shop", "0123"), published("8080/tcp", 8080));
    expect(await engine.holder()).toBe(
      `Host port 8080 is held by container ${NAME} (web, image web:1) of task ${ARN}: stop that task, or give web another hostPort`,
    );
    const other = aWorld({});
    await other.start("mine", {}, published("1234/tcp", 8080));
    expect(await other.holder()).toBe(
      "Host port 8080 is held by container mine (image web:1): stop it with docker stop mine, or give web another hostPort",
    );
  });

  it("names the process that listens, or says how to find it", async () => {
    const known = aWorld({ message: IN_USE, listeners: [{ pid: 7, name: "python3" }] });
    expect(await known.holder()).toBe(
      "Host port 8080 is held by process 7 (python3): end it with kill 7, or give web another hostPort",
    );
    const hidden = aWorld({ message: IN_USE, listeners: [{}] });
    expect(await hidden.holder()).toBe(
      "Host port 8080 is held by a process that cannot be seen from here: sudo ss -Hlnpt 'sport = :8080' tells which",
    );
    const remote = aWorld({ message: IN_USE, endpoint: "tcp://build:2375", listeners: [{ pid: 7, name: "python3" }] });
    expect(await remote.holder()).toBe(
      "Host port 8080 is held by somebody on build: sudo ss -Hlnpt 'sport = :8080' tells there",
    );
  });

  it("names the container of a process on the host's own network", async () => {
    const listeners: Listener[] = [];
    const world = aWorld({ message: IN_USE, listeners });
    listeners.push({ pid: 7, name: "httpd", dockerId: await world.start("mine", {}, { NetworkMode: "host" }) });
    expect(await world.holder()).toContain("is held by container mine (image web:1): stop it with docker stop mine");
  });

  it("tells ports of UDP from those of TCP", async () => {
    const world = aWorld({ message: "Bind for 0.0.0.0:53 failed: port is already allocated" });
    await world.start("tcp", {}, published("53/tcp", 53));
    await world.start("udp", {}, published("53/udp", 53));
    expect(await world.holder()).toContain("Host port 53/udp is held by container udp");
  });

  it("blames no port for another failure, nor one that the definition does not fix", async () => {
    expect(await aWorld({ message: "exec: not found" }).holder()).toBeUndefined();
    expect(
      await aWorld({ message: "Bind for 0.0.0.0:9090 failed: port is already allocated" }).holder(),
    ).toBeUndefined();
  });
});

describe("newConflicts()", () => {
  it("gives a container once: when it is refused", () => {
    const refused = aTask({
      containers: [aContainer({ name: "web", error: { name: "CannotStartContainerError", message: ALLOCATED } })],
    });
    const before = aTask({ containers: [aContainer({ name: "web" })] });
    expect(newConflicts(before, refused).map(({ name }): string => name)).toEqual(["web"]);
    expect(newConflicts(refused, refused)).toEqual([]);
    expect(newConflicts(before, before)).toEqual([]);
  });
});
