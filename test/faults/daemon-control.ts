/**
 * Hurts the private daemon: kills, starts, stops and continues it, hides its socket. Only a daemon that the test run
 * itself started may be treated so; it is given by its process id file.
 */
import { type StdioOptions, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, readlinkSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ping } from "../../scripts/lib/engine-api.mjs";
import { childrenOf, nameOf } from "../../scripts/lib/processes.mjs";
import { realDaemon } from "../docker-client/real-daemon.ts";

const PID_FILE = process.env.BERTH_TEST_DOCKERD_PIDFILE;
const LOOK_EVERY_MS = 20;
const START_ATTEMPTS = 3;
const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 20_000;

/** Whether there is a daemon that tests may kill. */
export const hasOwnDaemon = PID_FILE !== undefined;

if (!hasOwnDaemon) {
  console.warn(
    "Tests that kill, pause or cut off the Docker daemon do not run: the daemon was found, not started by npm test",
  );
}

type Launch = { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv; readonly log: string };

export class DaemonControl {
  readonly #pidFile: string;
  readonly #socket: string;
  /** How it was launched; read while it lives. */
  #launch: Launch;

  constructor() {
    const endpoint = realDaemon();
    if (PID_FILE === undefined || !endpoint.startsWith("unix://")) {
      throw new Error("Cannot control the Docker daemon: it is not the private one");
    }
    this.#pidFile = PID_FILE;
    this.#socket = endpoint.slice("unix://".length);
    this.#launch = launchOf(this.#pid());
  }

  /** As a crash: containers run on, the daemon's own containerd goes down with it. */
  async kill(): Promise<void> {
    const pid = this.#pid();
    this.#launch = launchOf(pid);
    const containerd = childrenOf(pid).find((child) => nameOf(child) === "containerd");
    process.kill(pid, "SIGKILL");
    await eventually(() => !lives(pid), END_LIMIT_MS, "the daemon to end");
    if (containerd === undefined) return;
    await eventually(() => !lives(containerd), END_LIMIT_MS, "the daemon's containerd to end");
  }

  /** Resolves when it answers. As a service manager does, starts it again when it ends at once. */
  async start(): Promise<void> {
    const { args, env, log } = this.#launch;
    for (let attempt = 1; attempt <= START_ATTEMPTS; attempt += 1) {
      this.#removeStaleFiles();
      const output = openSync(log, "a");
      const stdio: StdioOptions = ["ignore", output, output];
      const child = spawn(args[0] ?? "dockerd", args.slice(1), { detached: true, env, stdio });
      closeSync(output);
      child.unref();
      await eventually(
        async () => child.exitCode !== null || (await answers()),
        START_LIMIT_MS,
        "the daemon to answer",
      );
      if (child.exitCode === null) return;
    }
    throw new Error(`Cannot start the Docker daemon: it ended ${START_ATTEMPTS} times, see ${log}`);
  }

  /** Process ids in there may be somebody else's by now, and a daemon would take him for its own. */
  #removeStaleFiles(): void {
    rmSync(this.#pidFile, { force: true });
    const { args } = this.#launch;
    const execRoot = args[args.indexOf("--exec-root") + 1];
    if (execRoot !== undefined) rmSync(join(execRoot, "containerd", "containerd.pid"), { force: true });
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  pause(): void {
    process.kill(this.#pid(), "SIGSTOP");
  }

  async resume(): Promise<void> {
    process.kill(this.#pid(), "SIGCONT");
    await eventually(answers, START_LIMIT_MS, "the daemon to answer");
  }

  /** Nobody can connect any more; connections that are open stay. */
  hideSocket(): void {
    renameSync(this.#socket, `${this.#socket}.hidden`);
  }

  showSocket(): void {
    renameSync(`${this.#socket}.hidden`, this.#socket);
  }

  #pid(): number {
    return Number(readFileSync(this.#pidFile, "utf8"));
  }
}

async function answers(): Promise<boolean> {
  const endpoint = { host: realDaemon(), source: "BERTH_TEST_DOCKER_HOST" };
  return (await ping(endpoint, 1_000)).answers;
}

function launchOf(pid: number): Launch {
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0").filter(Boolean);
  const env = Object.fromEntries(read("environ").map((line) => line.split(/=(.*)/s).slice(0, 2)));
  return { args: read("cmdline"), env, log: readlinkSync(`/proc/${pid}/fd/1`) };
}

/** A process that ended and was not reaped is dead. */
export function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** For what tells nobody when it happens. @throws {Error} when it does not within the limit */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  limitMs: number,
  what: string,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited ${limitMs} ms for ${what} in vain`);
    await delay(LOOK_EVERY_MS);
  }
}

/** The length of a fault, which is part of the fault. */
export async function lasts(ms: number): Promise<void> {
  await delay(ms);
}
