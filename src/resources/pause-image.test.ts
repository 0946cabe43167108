import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EngineError } from "../core/errors.ts";
import type { TaskResource } from "../core/task.ts";
import type { DaemonVersion, DockerClient, ImageInspection } from "../ports/docker-client.ts";
import { aTask } from "../testing/builders.ts";
import { PAUSE_IMAGE, PauseImageResource, pauseExecutable, pauseImageTar } from "./pause-image.ts";

const ARCHITECTURES = ["amd64", "arm64"] as const;

type Import = Parameters<DockerClient["importImage"]>;

class ImagesInMemory implements Pick<DockerClient, "inspectImage" | "importImage" | "version"> {
  readonly imports: Import[] = [];
  readonly arch: string;
  failure: EngineError | undefined;

  constructor(arch = "amd64") {
    this.arch = arch;
  }

  async inspectImage(reference: string): Promise<ImageInspection | undefined> {
    if (!this.imports.some(([, { repository, tag }]) => `${repository}:${tag}` === reference)) return undefined;
    const none = { tags: [reference], repoDigests: [], env: [], labels: {}, hasHealthCheck: false };
    return { imageId: "sha256:1", sizeBytes: 1, architecture: this.arch, os: "linux", ...none };
  }

  async importImage(...request: Import): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.imports.push(request);
  }

  async version(): Promise<DaemonVersion> {
    return { version: "20.10", apiVersion: "1.41", minApiVersion: "1.12", os: "linux", arch: this.arch };
  }
}

const task = aTask();
const resource: TaskResource = {
  id: "pauseImage",
  type: "pauseImage",
  gates: "PULLED",
  knownStatus: "NONE",
  createRequested: false,
  volatile: false,
  spec: {},
};
const signal = new AbortController().signal;

describe("PauseImageResource", () => {
  it.each([
    ["amd64", "amd64"],
    ["x86_64", "amd64"],
    ["arm64", "arm64"],
    ["aarch64", "arm64"],
  ] as const)("imports the program for a daemon on %s", async (arch, program) => {
    const daemon = new ImagesInMemory(arch);
    await new PauseImageResource(daemon).create(task, resource, signal);
    const [[tar, target] = []] = daemon.imports;
    expect(tar).toEqual(pauseImageTar(program));
    expect(`${target?.repository}:${target?.tag}`).toBe(PAUSE_IMAGE);
    expect(target?.changes).toContain('ENTRYPOINT ["/pause"]');
  });

  it("makes it once, for tasks at the same time and for later ones", async () => {
    const daemon = new ImagesInMemory();
    const images = new PauseImageResource(daemon);
    await Promise.all([images.create(task, resource, signal), images.create(task, resource, signal)]);
    await images.create(task, resource, signal);
    expect(daemon.imports).toHaveLength(1);
    await images.remove();
    expect(await daemon.inspectImage(PAUSE_IMAGE)).toBeDefined();
  });

  it("NS-6: fails with a reason, and may be tried again", async () => {
    const daemon = new ImagesInMemory();
    const images = new PauseImageResource(daemon);
    daemon.failure = new EngineError("UnknownError", "no space left on device", { retryable: true });
    await expect(images.create(task, resource, signal)).rejects.toMatchObject({
      name: "ResourceInitializationError",
      message: "Cannot make pause image: no space left on device",
      retryable: true,
    });
    daemon.failure = undefined;
    await images.create(task, resource, signal);
    expect(daemon.imports).toHaveLength(1);
  });

  it("has no program for other architectures", async () => {
    await expect(new PauseImageResource(new ImagesInMemory("riscv64")).create(task, resource, signal)).rejects.toThrow(
      'Cannot make pause image: no program for architecture "riscv64"',
    );
  });

  it("ends the wait of a cancelled task, not the work that others wait for", async () => {
    const daemon = new ImagesInMemory();
    const images = new PauseImageResource(daemon);
    const cancelled = new AbortController();
    const [first, second] = [images.create(task, resource, cancelled.signal), images.create(task, resource, signal)];
    cancelled.abort(new Error("task stopped"));
    await expect(first).rejects.toThrow("task stopped");
    await second;
    expect(daemon.imports).toHaveLength(1);
  });
});

describe("PAUSE_IMAGE", () => {
  it("is known by its content: change this line whenever the program changes", () => {
    expect(PAUSE_IMAGE).toBe("berth/pause:b536fee93c5b");
  });
});

describe("pauseExecutable()", () => {
  it.each(ARCHITECTURES)("is a complete ELF file for %s", (architecture) => {
    const file = Buffer.from(pauseExecutable(architecture));
    expect(file.subarray(0, 4).toString("latin1")).toBe("\u007fELF");
    expect(file.readUInt16LE(18)).toBe(architecture === "amd64" ? 62 : 183);
    const base = Number(file.readBigUInt64LE(80));
    const entry = Number(file.readBigUInt64LE(24));
    expect(entry - base).toBe(120);
    expect(Number(file.readBigUInt64LE(96))).toBe(file.length);
  });

  const native = process.arch === "arm64" ? "arm64" : "amd64";
  it.each(["SIGTERM", "SIGINT"] as const)(
    `on ${native}, ends with exit code 0 on %s and on nothing else`,
    async (name) => {
      const folder = mkdtempSync(join(tmpdir(), "berth-pause-"));
      try {
        const file = join(folder, "pause");
        writeFileSync(file, pauseExecutable(native), { mode: 0o755 });
        const child = spawn(file, { stdio: "ignore" });
        await once(child, "spawn");
        await untilWaiting(child.pid);
        for (const other of ["SIGCHLD", "SIGSTOP", "SIGCONT"] as const) child.kill(other);
        child.kill(name);
        expect(await once(child, "exit")).toEqual([0, null]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

/** Until the program ignores SIGCHLD: by then it has blocked the signals that end it, so none is lost. */
async function untilWaiting(pid: number | undefined): Promise<void> {
  const sigchld = 1n << 16n;
  for (;;) {
    const [, mask = "0"] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    if ((BigInt(`0x${mask}`) & sigchld) !== 0n) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("pauseImageTar()", () => {
  it.each(ARCHITECTURES)("holds the program for %s and nothing else", (architecture) => {
    const tar = Buffer.from(pauseImageTar(architecture));
    const executable = Buffer.from(pauseExecutable(architecture));
    expect(tar.length % 512).toBe(0);
    expect(tar.toString("latin1", 0, 6)).toBe("pause\0");
    expect(tar.toString("latin1", 100, 107)).toBe("0000755");
    expect(Number.parseInt(tar.toString("latin1", 124, 135), 8)).toBe(executable.length);
    expect(tar.subarray(512, 512 + executable.length)).toEqual(executable);
    expect(tar.subarray(-1024).every((byte) => byte === 0)).toBe(true);
  });
});
