import { describe, expect, it } from "vitest";
import { aWorld } from "./test-world.ts";

const HANDLES_TERM = ["sh", "-c", "trap 'exit 42' TERM; sleep 3600 & wait"];
const SECOND_NS = 1_000_000_000;

describe("a paused container", () => {
  it("counts as running, and says that it is paused", async () => {
    const { docker, run, inspect, client, clock, actions } = aWorld();
    const dockerId = await run("web", { Image: "app" });
    docker.pause("web");
    expect((await inspect(dockerId)).status).toBe("running");
    const [listed] = await clock.resolve(client.listContainers({ all: false, labels: {} }));
    expect(listed?.state).toBe("paused");
    expect(actions).toEqual(["create", "start", "pause"]);
  });

  it("does nothing until it goes on, and then what it has missed", async () => {
    const { docker, run, clock, actions } = aWorld();
    await run("web", { Image: "app", Cmd: ["sh", "-c", "sleep 3; echo late; exit 5"] });
    docker.pause("web");
    await clock.advance(10_000);
    expect(docker.logOf("web")).toEqual([]);
    docker.unpause("web");
    expect(docker.logOf("web")).toEqual(["late"]);
    expect(actions).toEqual(["create", "start", "pause", "unpause", "die 5"]);
  });

  it("cannot be started, paused again or removed, and what is not paused cannot be unpaused", async () => {
    const { docker, run, client, errorOf } = aWorld();
    const dockerId = await run("web", { Image: "app" });
    expect(() => docker.unpause("web")).toThrow("is not paused");
    docker.pause("web");
    expect(() => docker.pause("web")).toThrow("is already paused");
    expect(await errorOf(client.startContainer(dockerId))).toMatchObject({ status: 409, retryable: false });
    const removal = client.removeContainer(dockerId, { force: false, removeVolumes: true });
    expect(await errorOf(removal)).toMatchObject({ status: 409, message: expect.stringContaining("paused container") });
  });

  it("is woken by the signal of a stop, which it hears", async () => {
    const { docker, run, client, clock, actions, inspect } = aWorld();
    const dockerId = await run("web", { Image: "app", Cmd: HANDLES_TERM });
    docker.pause("web");
    await clock.resolve(client.stopContainer(dockerId, { stopTimeoutMs: 5_000 }));
    expect((await inspect(dockerId)).exitCode).toBe(42);
    expect(actions).toEqual(["create", "start", "pause", "kill 15", "unpause", "die 42", "stop"]);
  });

  it("is not woken by SIGKILL, which it dies of", async () => {
    const { docker, run, client, clock, actions } = aWorld();
    const dockerId = await run("web", { Image: "app" });
    docker.pause("web");
    await clock.resolve(client.killContainer(dockerId, "SIGKILL"));
    expect(actions).toEqual(["create", "start", "pause", "kill 9", "die 137"]);
    expect(docker.find("web")?.status).toBe("stopped");
  });

  it("is not woken by another signal than its image's own, and hears it when it goes on", async () => {
    const { docker, run, client, clock } = aWorld();
    docker.image("own", { config: { stopSignal: "SIGINT" } });
    const dockerId = await run("web", { Image: "own", Cmd: ["sh", "-c", "trap 'exit 7' USR1; sleep 600 & wait"] });
    docker.pause("web");
    await clock.resolve(client.killContainer(dockerId, "SIGUSR1"));
    expect(docker.find("web")?.status).toBe("running");
    docker.unpause("web");
    expect(docker.find("web")?.exitCode).toBe(7);
  });

  it("is not checked, counts as unhealthy without an event, and is healthy with the next check", async () => {
    const { docker, run, clock, actions } = aWorld();
    const Healthcheck = { Test: ["CMD", "true"], Interval: SECOND_NS, Retries: 1 };
    await run("web", { Image: "app", Cmd: ["sleep", "3600"], Healthcheck });
    await clock.advance(1_500);
    docker.pause("web");
    const before = actions.length;
    await clock.advance(5_000);
    expect(docker.find("web")?.health).toMatchObject({ status: "unhealthy" });
    expect(actions).toHaveLength(before);
    docker.unpause("web");
    await clock.advance(1_500);
    expect(docker.find("web")?.health?.status).toBe("healthy");
    expect(actions.filter((each) => each === "health_status: healthy")).toHaveLength(2);
  });

  it("is paused still after a restart of a daemon with live restore, and killed by one without", async () => {
    const { docker, run, clock } = aWorld({ liveRestore: true });
    await run("web", { Image: "app" });
    docker.pause("web");
    docker.restartDaemon({ downMs: 1_000, kill: true });
    await clock.advance(2_000);
    expect(docker.state.findByName("web")?.stateWord).toBe("paused");
    docker.liveRestore = false;
    docker.restartDaemon({ downMs: 1_000, kill: true });
    await clock.advance(2_000);
    expect(docker.find("web")).toMatchObject({ status: "stopped", exitCode: 137 });
    expect(docker.state.findByName("web")?.isPaused).toBe(false);
  });
});

describe("a container that is renamed", () => {
  it("has its new name everywhere, and frees the old one", async () => {
    const { docker, run, create, actions } = aWorld();
    const dockerId = await run("old", { Image: "app" });
    docker.rename("old", "new");
    expect(docker.find("new")?.dockerId).toBe(dockerId);
    expect(docker.find("old")).toBeUndefined();
    await create("old", { Image: "app" });
    expect(actions).toEqual(["create", "start", "rename", "create"]);
  });

  it.each([
    ["", "Neither old nor new names may be empty"],
    ["one", "with the same name"],
    ["two", "Error when allocating new name: Conflict."],
    ["a b", "Error when allocating new name: Invalid container name"],
  ])("cannot be called %j", async (name, message) => {
    const { docker, create } = aWorld();
    await create("one", { Image: "app" });
    await create("two", { Image: "app" });
    expect(() => docker.rename("one", name)).toThrow(message);
  });
});
