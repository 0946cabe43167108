/** A Docker daemon whose data lies on a disk of its own, small and in memory: for tests that fill it. Needs root. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createDockerClient, type DockerClient } from "../../src/index.ts";

/** Programs of the machine. */
const [MOUNT, UMOUNT, UNSHARE] = ["mount", "umount", "unshare"];
const START_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 50;

export class SmallDaemon {
  readonly #folder = mkdtempSync(join(tmpdir(), "berth-disk-"));
  readonly #disk = join(this.#folder, "disk");
  readonly #log = join(this.#folder, "log");
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly client: DockerClient;

  constructor(diskMiB: number) {
    mkdirSync(this.#disk);
    execFileSync(MOUNT, ["-t", "tmpfs", "-o", `size=${diskMiB}m`, "tmpfs", this.#disk]);
    const socket = `unix://${this.#folder}/docker.sock`;
    const folders = [
      "--data-root",
      this.#disk,
      "--exec-root",
      `${this.#folder}/exec`,
      "--pidfile",
      `${this.#folder}/pid`,
    ];
    // Nothing runs there, so that it needs no network: a daemon without one removes the bridge docker0 where it is, so it
    // gets a name space of its own. One layer an image, so that copies cost nothing.
    const quiet = ["--bridge", "none", "--iptables=false", "--ip-forward=false", "--storage-driver", "vfs"];
    const log = openSync(this.#log, "w");
    this.#process = spawn(UNSHARE, ["--net", "dockerd", "--host", socket, ...folders, ...quiet], {
      stdio: ["ignore", log, log],
    });
    this.#ended = once(this.#process, "exit");
    this.client = createDockerClient({ endpoint: socket });
  }

  get rootDir(): string {
    return this.#disk;
  }

  /** Resolves when it answers. */
  async answers(): Promise<void> {
    for (const until = Date.now() + START_LIMIT_MS; ; await delay(LOOK_EVERY_MS)) {
      const answers = await this.client.ping().then(
        () => true,
        () => false,
      );
      if (answers) return;
      if (this.#process.exitCode !== null || Date.now() > until) {
        throw new Error(`Cannot start the daemon: ${readFileSync(this.#log, "utf8").slice(-1_000)}`);
      }
    }
  }

  async end(): Promise<void> {
    this.client.close();
    this.#process.kill("SIGTERM");
    await this.#ended;
    execFileSync(UMOUNT, [this.#disk]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
