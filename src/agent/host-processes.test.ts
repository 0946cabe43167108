import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createHostProcesses } from "./host-processes.ts";

const BOOT = "327b11fd-9498-47e7-9b51-f64c5f1dd030";
const DOCKER_ID = "a".repeat(64);
const stat = (pid: number, state: string, start: number) => `${pid} (node) ${state} ${"0 ".repeat(18)}${start} 0`;
const socket = (inode: number) =>
  `0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 ${inode} 1 0`;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A `/proc` with these files, and with links where the text begins with `->`. */
function aProc(files: Readonly<Record<string, string>>): string {
  const proc = mkdtempSync(join(tmpdir(), "berth-proc-"));
  folders.push(proc);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(proc, path)), { recursive: true });
    if (text.startsWith("->")) symlinkSync(text.slice(2), join(proc, path));
    else writeFileSync(join(proc, path), text);
  }
  return proc;
}

const HERE = { "sys/kernel/random/boot_id": `${BOOT}\n`, "self/ns/pid": "->pid:[4026531836]" };
const owner = { pid: 42, startTicks: "700", pidNamespace: "4026531836", bootId: BOOT };

describe("createHostProcesses()", () => {
  it("names this process so that another can look for it", () => {
    const proc = aProc({ ...HERE, "42/stat": stat(42, "S", 700) });
    expect(createHostProcesses({ proc, pid: 42, exists: () => true }).self()).toEqual(owner);
    expect(createHostProcesses({ proc: "/nowhere", pid: 42, exists: () => true }).self()).toBeUndefined();
  });

  it.each([
    ["alive: it is there", { "42/stat": stat(42, "S", 700) }, true, owner, "alive"],
    ["alive: it is there, and hidden as another user's", {}, true, owner, "alive"],
    ["gone: there is none of that id", {}, false, owner, "gone"],
    ["gone: another has its id now", { "42/stat": stat(42, "S", 701) }, true, owner, "gone"],
    ["gone: it was killed and waits to be reaped", { "42/stat": stat(42, "Z", 700) }, true, owner, "gone"],
    ["unknown: another boot, or another host", {}, false, { ...owner, bootId: BOOT.replace("3", "4") }, "unknown"],
    ["unknown: among other processes", {}, false, { ...owner, pidNamespace: "4026532000" }, "unknown"],
  ] as const)("fateOf() says %s", (_, files, exists, asked, fate) => {
    const proc = aProc({ ...HERE, ...files });
    expect(createHostProcesses({ proc, pid: 1, exists: () => exists }).fateOf(asked)).toBe(fate);
  });

  it("says unknown where the system tells nothing", () => {
    expect(createHostProcesses({ proc: "/nowhere", pid: 1, exists: () => false }).fateOf(owner)).toBe("unknown");
  });

  it.each([
    `0::/system.slice/docker-${DOCKER_ID}.scope\n`,
    `4:memory:/docker/${DOCKER_ID}\n0::/docker/${DOCKER_ID}\n`,
    `9:name=systemd:/ecs/0123456789abcdef0123456789abcdef/${DOCKER_ID}\n`,
  ])("finds the process that listens, and the container that it runs in by %j", (cgroup) => {
    const proc = aProc({
      "net/tcp6": `head\n${socket(5)}\n`,
      "42/fd/0": "->/dev/null",
      "42/fd/3": "->socket:[5]",
      "42/comm": "nginx\n",
      "42/cgroup": cgroup,
      "43/fd/3": "->socket:[6]",
    });
    const processes = createHostProcesses({ proc, pid: 1, exists: () => true });
    expect(processes.listenersOn(8080, "tcp")).toEqual([{ pid: 42, name: "nginx", dockerId: DOCKER_ID }]);
    expect(processes.listenersOn(8081, "tcp")).toEqual([]);
    expect(processes.listenersOn(8080, "udp")).toEqual([]);
  });

  it("says that somebody listens whose descriptors may not be seen", () => {
    const proc = aProc({ "net/tcp": `head\n${socket(5)}\n`, "42/comm": "nginx\n" });
    expect(createHostProcesses({ proc, pid: 1, exists: () => true }).listenersOn(8080, "tcp")).toEqual([{}]);
  });

  it.runIf(process.platform === "linux")("finds this very process on this very host", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const processes = createHostProcesses();
    const self = processes.self();
    try {
      expect(processes.listenersOn(port, "tcp")).toMatchObject([{ pid: process.pid }]);
      expect(self && processes.fateOf(self)).toBe("alive");
      expect(self && processes.fateOf({ ...self, startTicks: "1" })).toBe("gone");
    } finally {
      server.close();
    }
  });
});
