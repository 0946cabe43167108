/** What the set-up reads off the machine: kernel tables, program headers, arguments of other daemons. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { freeSubnet } from "./bridge.mjs";
import { isStatic } from "./busybox.mjs";
import { enabledControllers, mountedCgroups } from "./cgroups.mjs";
import { socketDir } from "./places.mjs";
import { mountsBelow } from "./private-daemon.mjs";

describe("socketDir()", () => {
  it("stays in the clone while the paths of sockets fit", () => {
    expect(socketDir("/home/clone/.berth/docker", "/tmp")).toBe("/home/clone/.berth/docker");
  });

  it("moves to a short folder of this clone when they do not", () => {
    expect(socketDir(`/${"deep/".repeat(20)}docker`, "/tmp")).toMatch(/^\/tmp\/berth-[0-9a-f]{8}$/);
  });
});

describe("mountedCgroups() and enabledControllers()", () => {
  it("find both versions in mountinfo", () => {
    const unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw";
    const separate = "33 25 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu";
    const disk = "22 1 254:0 / / rw,relatime - ext4 /dev/root rw";
    expect(mountedCgroups([disk, unified, separate, ""].join("\n"))).toEqual([unified, separate]);
  });

  it("leave out controllers that are switched off", () => {
    const table = "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t1\t4\t1\nrdma\t0\t1\t0\nmemory\t5\t9\t1\n";
    expect(enabledControllers(table)).toEqual(["cpu", "memory"]);
  });
});

describe("freeSubnet()", () => {
  const HOST = ["default", "127.0.0.0/8", "192.0.2.2", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "168.0.0.0/6"];

  it("takes the first where no route leads", () => {
    expect(freeSubnet(HOST)).toBe("172.29.50");
  });

  it.each([
    ["part of it", ["172.29.50.128/25"], "172.29.51"],
    ["one address of it", ["172.29.50.7"], "172.29.51"],
    ["all of it", ["172.29.50.0/24"], "172.29.51"],
    ["more than it", ["172.29.48.0/22"], "172.29.52"],
    ["its neighbour", ["172.29.49.0/24", "172.29.51.0/24"], "172.29.50"],
  ])("steps over a subnet of which a route leads to %s", (_, routes, free) => {
    expect(freeSubnet([...HOST, ...routes])).toBe(free);
  });

  it("goes elsewhere when somebody has all of 172.16.0.0/12, as networks of Docker do, or 10.0.0.0/8, as VPNs do", () => {
    expect(freeSubnet(["172.29.0.0/16"])).toBe("172.30.50");
    expect(freeSubnet(["172.16.0.0/12"])).toBe("10.229.50");
    expect(freeSubnet(["172.16.0.0/12", "10.0.0.0/8"])).toBe("192.168.50");
  });

  it("says so when all are taken", () => {
    expect(() => freeSubnet(["172.16.0.0/12", "10.0.0.0/8", "192.168.0.0/16"])).toThrow("no subnet");
  });
});

describe("isStatic()", () => {
  it("is false for a program that needs a loader, such as this Node, and for what is no program", () => {
    expect(isStatic(readFileSync(process.execPath))).toBe(false);
    expect(isStatic(Buffer.from("#!/bin/sh\n"))).toBe(false);
  });

  it("is true for one whose headers name no loader", () => {
    const elf = Buffer.alloc(64 + 56);
    elf.write("\u007fELF\u0002\u0001", "latin1");
    elf.writeUInt32LE(64, 0x20);
    elf.writeUInt16LE(56, 0x36);
    elf.writeUInt16LE(1, 0x38);
    elf.writeUInt32LE(1, 64);
    expect(isStatic(elf)).toBe(true);
  });
});

describe("mountsBelow()", () => {
  it("lists mount points below our folders, innermost first, and no others", () => {
    const line = (point: string) => `40 22 0:3 / ${point} rw - overlay overlay rw`;
    const mountinfo = ["/a/docker/data", "/a/docker/data/merged", "/a/dockers", "/b", "/a/docker/my\\040disk"].map(
      line,
    );
    expect(mountsBelow(["/a/docker"], mountinfo.join("\n"))).toEqual([
      "/a/docker/my disk",
      "/a/docker/data/merged",
      "/a/docker/data",
    ]);
  });
});
