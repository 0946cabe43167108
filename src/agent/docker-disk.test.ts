import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diskUsedPart } from "../images/index.ts";
import type { DaemonInfo } from "../ports/docker-client.ts";
import { MemoryLog } from "../testing/memory-log.ts";
import { dockerDisk } from "./docker-disk.ts";

const UNIX = "unix:///run/docker.sock";
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "docker-disk-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function setUp(facts: Partial<DaemonInfo> = {}, endpoint = UNIX) {
  const info: DaemonInfo = {
    id: "",
    name: hostname(),
    cpus: 1,
    memoryMiB: 1,
    cgroupDriver: "none",
    cgroupVersion: "1",
    logDrivers: [],
    liveRestore: false,
    dockerRootDir: folder,
    securityOptions: [],
    ...facts,
  };
  const daemon = { info };
  const log = new MemoryLog();
  const usedPart = dockerDisk({ client: { endpoint, info: async () => daemon.info }, log });
  return { daemon, log, usedPart, reasons: () => log.lines.map(({ fields }) => fields.reason) };
}

describe("dockerDisk()", () => {
  it("looks at the disk that the daemon names, on this machine", async () => {
    const { usedPart, log } = setUp();
    const used = await usedPart();
    expect(used).toBeGreaterThan(0);
    expect(used).toBeCloseTo(await diskUsedPart(folder), 1);
    expect(log.lines).toEqual([]);
  });

  it.each([
    ["another machine's daemon", {}, "tcp://10.0.0.1:2375", "the daemon is at tcp://10.0.0.1:2375"],
    ["a virtual machine's daemon", { name: "docker-desktop" }, UNIX, "the daemon is on host docker-desktop"],
    ["a daemon that says nothing", { dockerRootDir: "" }, UNIX, "the daemon does not say where its data is"],
    ["a folder that is not here", { dockerRootDir: "/nowhere/docker" }, UNIX, "no such file or directory"],
  ])("does not see the disk of %s, and says so once", async (_, facts, endpoint, reason) => {
    const { usedPart, log, reasons } = setUp(facts, endpoint);
    expect([await usedPart(), await usedPart()]).toEqual([undefined, undefined]);
    expect(log.messages("info")).toEqual(["Cannot see Docker's disk: images go by age and number alone"]);
    expect(String(reasons()[0])).toContain(reason);
  });

  it("asks the daemon each time, and says it again after it was seen meanwhile", async () => {
    const { daemon, usedPart, reasons } = setUp();
    const { info } = daemon;
    for (const dockerRootDir of ["/nowhere/docker", folder, "/nowhere/docker"]) {
      daemon.info = { ...info, dockerRootDir };
      expect((await usedPart()) === undefined, dockerRootDir).toBe(dockerRootDir !== folder);
    }
    expect(reasons()).toHaveLength(2);
  });
});
