/**
 * The processes of this host, as far as Linux tells: which one this is, whether another is still there, and who listens on a
 * port. Elsewhere nothing is known, and nothing is claimed.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { RunOwner } from "../core/run-owner.ts";
import { inodesOnPort, parseStat } from "./proc-texts.ts";

export type Listener = {
  /** Absent when the process cannot be found by this user. */
  readonly pid?: number;
  /** Of its program. */
  readonly name?: string;
  /** When it runs in what looks like a container of Docker. */
  readonly dockerId?: string;
};

export interface HostProcesses {
  /** This process; `undefined` where the system does not tell. */
  self(): RunOwner | undefined;
  /** `unknown`: it ran before the last boot, on another host, or among processes that cannot be seen from here. */
  fateOf(owner: RunOwner): "alive" | "gone" | "unknown";
  /** Who has opened the port on this host. Empty when nobody can be found. */
  listenersOn(port: number, protocol: "tcp" | "udp"): readonly Listener[];
}

export type ProcessSources = {
  readonly proc: string;
  readonly pid: number;
  /** Is there a process of this id, be it another user's, which `/proc` may hide? */
  readonly exists: (pid: number) => boolean;
};

const SYSTEM: ProcessSources = { proc: "/proc", pid: process.pid, exists: processExists };

export function createHostProcesses(sources: ProcessSources = SYSTEM): HostProcesses {
  const { proc } = sources;
  return {
    self: () => ownerOf(sources),
    fateOf(owner) {
      const here = placeOf(proc);
      if (here?.bootId !== owner.bootId || here.pidNamespace !== owner.pidNamespace) return "unknown";
      if (!sources.exists(owner.pid)) return "gone";
      const stat = statOf(proc, owner.pid);
      const isAnother = stat !== undefined && (stat.hasEnded || stat.startTicks !== owner.startTicks);
      return isAnother ? "gone" : "alive";
    },
    listenersOn(port, protocol) {
      const tables = [join(proc, "net", protocol), join(proc, "net", `${protocol}6`)];
      const inodes = new Set(
        tables.flatMap((table) => inodesOnPort(readable(() => text(table)) ?? "", port, protocol)),
      );
      if (inodes.size === 0) return [];
      const found = holdersOf(inodes, proc).map((pid) => describe(pid, proc));
      return found.length === 0 ? [{}] : found;
    },
  };
}

function ownerOf({ proc, pid }: ProcessSources): RunOwner | undefined {
  const place = placeOf(proc);
  const stat = statOf(proc, pid);
  return place === undefined || stat === undefined ? undefined : { pid, startTicks: stat.startTicks, ...place };
}

function placeOf(proc: string): Pick<RunOwner, "bootId" | "pidNamespace"> | undefined {
  const bootId = readable(() => text(join(proc, "sys/kernel/random/boot_id")))?.trim();
  const link = readable(() => readlinkSync(join(proc, "self/ns/pid")));
  const pidNamespace = /^pid:\[(\d+)\]$/.exec(link ?? "")?.[1];
  return bootId === undefined || pidNamespace === undefined ? undefined : { bootId, pidNamespace };
}

function statOf(proc: string, pid: number): ReturnType<typeof parseStat> {
  const stat = readable(() => text(join(proc, String(pid), "stat")));
  return stat === undefined ? undefined : parseStat(stat);
}

/** Processes that have one of the sockets open; those of other users show theirs to root only. */
function holdersOf(inodes: ReadonlySet<string>, proc: string): readonly number[] {
  const pids = (readable(() => readdirSync(proc)) ?? []).filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => {
      const folder = join(proc, pid, "fd");
      const descriptors = readable(() => readdirSync(folder)) ?? [];
      return descriptors.some((fd) => {
        const target = readable(() => readlinkSync(join(folder, fd))) ?? "";
        return inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
      });
    })
    .map(Number);
}

function describe(pid: number, proc: string): Listener {
  const name = readable(() => text(join(proc, String(pid), "comm")))?.trim();
  const groups = readable(() => text(join(proc, String(pid), "cgroup"))) ?? "";
  // The last part of the path, whatever its parent: a task may have a group of its own.
  const dockerId = /[/-]([0-9a-f]{64})(?:\.scope)?$/m.exec(groups)?.[1];
  return { pid, ...(name === undefined ? {} : { name }), ...(dockerId === undefined ? {} : { dockerId }) };
}

function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !isCode(error, "ESRCH");
  }
}

function text(path: string): string {
  return readFileSync(path, "utf8");
}

/** `undefined` for what this system does not have, what is not this user's, and processes that end while one looks. */
function readable<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (["ENOENT", "EACCES", "EPERM", "ESRCH", "ENOTDIR", "EINVAL"].some((code) => isCode(error, code)))
      return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
