import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DockerClient } from "../../src/ports/docker-client.ts";
import { MAPPING_ROWS } from "./mapping-rows.ts";
import { connect, RealTasks, shell } from "./real-tasks.ts";

let client: DockerClient;
let tasks: RealTasks;

beforeAll(() => {
  client = connect();
  tasks = new RealTasks(client);
});
afterEach(() => tasks.removeAll());
afterAll(() => client.close());

describe("the mapping table, read back from the daemon", () => {
  it.each(MAPPING_ROWS)("$title", async ({ container, task, context, expected }) => {
    const made = await tasks.create({ ...task, containerDefinitions: [container] }, context);
    const { raw } = await made.inspect();
    expect(raw).toMatchObject(expected);
  });

  it("CFG-33: links and volumesFrom name the other containers", async () => {
    const made = await tasks.create({
      containerDefinitions: [
        { name: "db" },
        { links: ["db:database"], volumesFrom: [{ sourceContainer: "db", readOnly: true }] },
      ],
    });
    const { dockerName } = await made.inspect("db");
    expect((await made.inspect()).raw).toMatchObject({
      HostConfig: { Links: [expect.stringContaining(`/${dockerName}:`)], VolumesFrom: [`${dockerName}:ro`] },
    });
  });

  it("CFG-swap: swap on top of memory, swappiness where the kernel has it", async () => {
    const { cgroupVersion } = await client.info();
    const limits = { memory: 64, linuxParameters: { maxSwap: 32, swappiness: 10 } };
    const made = await tasks.create({ containerDefinitions: [limits] }, { cgroupVersion });
    expect((await made.inspect()).raw).toMatchObject({
      HostConfig: { MemorySwap: 96 * 1024 * 1024, MemorySwappiness: cgroupVersion === "1" ? 10 : null },
    });
  });

  it("CFG-32: parent cgroup, in the form of the daemon's driver", async () => {
    const { cgroupDriver } = await client.info();
    const cgroupParent = cgroupDriver === "systemd" ? "ecstasks-0123.slice" : "/ecs/0123";
    const made = await tasks.create({}, { cgroupParent });
    expect((await made.inspect()).raw).toMatchObject({ HostConfig: { CgroupParent: cgroupParent } });
  });
});

describe("the process", () => {
  it("sees what the definition says", async () => {
    const script =
      'id -u; pwd; hostname; echo "$GREETING"; ulimit -n; cat /proc/sys/net/core/somaxconn; grep db /etc/hosts';
    const made = await tasks.create({
      containerDefinitions: [
        {
          ...shell(script),
          user: "1000",
          workingDirectory: "/tmp",
          hostname: "shop",
          environment: [{ name: "GREETING", value: "good day" }],
          ulimits: [{ name: "nofile", softLimit: 123, hardLimit: 456 }],
          systemControls: [{ namespace: "net.core.somaxconn", value: "77" }],
          extraHosts: [{ hostname: "db", ipAddress: "192.0.2.7" }],
        },
      ],
    });
    const { output } = await made.run();
    expect(output.split("\n")).toEqual([
      "1000",
      "/tmp",
      "shop",
      "good day",
      "123",
      "77",
      expect.stringMatching(/^192\.0\.2\.7\s+db$/),
    ]);
  });
});
