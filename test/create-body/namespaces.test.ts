import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DockerClient } from "../../src/ports/docker-client.ts";
import { connect, RealTasks, shell } from "./real-tasks.ts";

let client: DockerClient;
let tasks: RealTasks;

beforeAll(() => {
  client = connect();
  tasks = new RealTasks(client);
});
afterEach(() => tasks.removeAll());
afterAll(() => client.close());

const PAUSE = "~internal~ecs~pause~namespace";
const NETWORK_PAUSE = "~internal~ecs~pause";

describe("shared namespaces", () => {
  it("NS-1: containers see each other's processes, and process 1 is the pause", async () => {
    const made = await tasks.create({
      pidMode: "task",
      containerDefinitions: [{ name: "sleeper", ...shell("exec sleep 4242") }, { ...shell("cat /proc/1/comm; ps") }],
    });
    await made.start("sleeper");
    const { output } = await made.run();
    expect(output.split("\n")[0]).toBe("pause");
    expect(output).toContain("sleep 4242");
  });

  it("leaves no zombie of a process whose parent ended", async () => {
    // Ends only when the orphan is gone and nobody is a zombie; else the test runs into its limit.
    const untilClean =
      "while grep -qE '^(State:.Z|Name:.orphan)' /proc/[0-9]*/status 2>/dev/null; do :; done; echo clean";
    const script = `cp /bin/busybox /tmp/orphan; (exec -a sleep /tmp/orphan 0.1 & exec true); ${untilClean}`;
    const made = await tasks.create({ pidMode: "task", containerDefinitions: [shell(script)] });
    expect(await made.run()).toEqual({ output: "clean", exitCode: 0 });
  });

  it("NS-2: what one puts into shared memory the other sees", async () => {
    const made = await tasks.create({
      ipcMode: "task",
      containerDefinitions: [
        { name: "writer", ...shell("echo shared > /dev/shm/file") },
        { ...shell("cat /dev/shm/file") },
      ],
    });
    await made.run("writer");
    expect((await made.run()).output).toBe("shared");
  });

  it("NS-5: with ipcMode none there is no shared memory to see", async () => {
    const made = await tasks.create({ ipcMode: "none", containerDefinitions: [shell("ls /dev/shm")] });
    expect((await made.run()).exitCode).not.toBe(0);
  });

  it("the pause ends at once on the stop signal, with exit code 0", async () => {
    const made = await tasks.create({ pidMode: "task" });
    // With an hour of grace the test would run into its own limit if the signal were not heard.
    expect(await made.stop(PAUSE, 3_600_000)).toMatchObject({ exitCode: 0 });
  });
});

describe("a network mode", () => {
  it.each(["bridge", "host", "awsvpc", "none"] as const)(
    "%s: without networking there is nothing but lo",
    async (networkMode) => {
      const links = "sed -n 's/^ *\\([a-z0-9]*\\):.*/\\1/p' /proc/net/dev";
      const made = await tasks.create({
        networkMode,
        containerDefinitions: [{ ...shell(links), disableNetworking: true }],
      });
      expect(await made.run()).toEqual({ output: "lo", exitCode: 0 });
    },
  );

  it.each(["bridge", "host", "none"] as const)(
    "%s: host name and name resolution are the container's own",
    async (networkMode) => {
      const made = await tasks.create({
        networkMode,
        containerDefinitions: [
          {
            ...shell("hostname; grep db.example.test /etc/hosts; grep example.test /etc/resolv.conf"),
            hostname: "shop",
            extraHosts: [{ hostname: "db.example.test", ipAddress: "192.0.2.7" }],
            dnsSearchDomains: ["example.test"],
          },
        ],
      });
      const { output } = await made.run();
      expect(output.split("\n")).toEqual(["shop", expect.stringContaining("192.0.2.7"), "search example.test"]);
    },
  );
});

describe("a task with its own address", () => {
  const serving = {
    name: "server",
    ...shell("echo hello > /tmp/index.html; exec httpd -f -p 8080 -h /tmp"),
    portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: "tcp" }],
  } as const;

  it("VPC-1: containers reach each other by localhost, and ports are published on the pause", async () => {
    const retry = "until wget -q -O - http://127.0.0.1:8080/ 2>/dev/null; do sleep 0.1; done";
    const made = await tasks.create({ networkMode: "awsvpc", containerDefinitions: [serving, shell(retry)] });
    await made.start("server");
    expect(await made.run()).toEqual({ output: "hello", exitCode: 0 });
    const pause = await made.inspect(NETWORK_PAUSE);
    expect(pause.ports).toContainEqual(expect.objectContaining({ containerPort: 8080, protocol: "tcp" }));
    expect((await made.inspect("server")).raw).toMatchObject({
      HostConfig: { NetworkMode: `container:${pause.dockerId}` },
    });
  });

  it("puts host name, name resolution and network settings on the pause, where all see them", async () => {
    const made = await tasks.create({
      networkMode: "awsvpc",
      containerDefinitions: [
        {
          ...shell(
            "cat /proc/sys/net/core/somaxconn; grep db.example.test /etc/hosts; grep example.test /etc/resolv.conf",
          ),
          systemControls: [{ namespace: "net.core.somaxconn", value: "77" }],
          extraHosts: [{ hostname: "db.example.test", ipAddress: "192.0.2.7" }],
          dnsSearchDomains: ["example.test"],
        },
      ],
    });
    const { output } = await made.run();
    expect(output.split("\n")).toEqual(["77", expect.stringContaining("192.0.2.7"), "search example.test"]);
  });
});
