/** What the set-up reads off the machine: kernel tables, program headers, arguments of other daemons. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freeSubnet, hasPorts, usesDocker0 } from "./bridge.mjs";
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

describe("usesDocker0()", () => {
  it("is false for a daemon with a bridge of its own, or none", () => {
    expect(usesDocker0(["dockerd", "--host", "unix:///a"])).toBe(true);
    expect(usesDocker0(["dockerd", "--bridge", "none"])).toBe(false);
    expect(usesDocker0(["dockerd", "--bridge=br7"])).toBe(false);
    expect(usesDocker0(["dockerd", "-b", "br7"])).toBe(false);
  });
});

describe("hasPorts()", () => {
  it("is true for a bridge that something is plugged into", () => {
    const bridge = mkdtempSync(join(tmpdir(), "berth-machine-"));
    expect(hasPorts(bridge)).toBe(false); // no bridge, or none at all
    mkdirSync(join(bridge, "brif"));
    expect(hasPorts(bridge)).toBe(false);
    mkdirSync(join(bridge, "brif", "veth1"));
    expect(hasPorts(bridge)).toBe(true);
    rmSync(bridge, { recursive: true });
  });
});

describe("freeSubnet()", () => {
  const HEAD = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n";
  const route = (destination: string, mask: string) => `eth0\t${destination}\t0\t1\t0\t0\t0\t${mask}\t0\n`;

  it("takes the first where only the default route exists", () => {
    expect(freeSubnet(HEAD + route("00000000", "00000000"))).toBe("172.29.50");
  });

  it("steps over a subnet in use, be it part of ours or larger", () => {
    expect(freeSubnet(HEAD + route("80321DAC", "80FFFFFF"))).toBe("172.29.51");
    expect(freeSubnet(HEAD + route("00321DAC", "00FEFFFF"))).toBe("172.29.52");
  });

  it("says so when all are taken", () => {
    expect(() => freeSubnet(HEAD + route("00001DAC", "0000FFFF"))).toThrow("no subnet");
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
