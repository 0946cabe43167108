/**
 * The task resource "firelens": configuration and socket directory of a task's log router. Both are mounted into it from
 * the daemon's host, so that the engine must be there. Source: engine-modern 21.2.
 */
import { chmod, chown, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EngineError } from "../../core/errors.ts";
import {
  externalObjectOf,
  firelensConfig,
  firelensDirectory,
  firelensPaths,
  firelensResource,
  type Router,
  routerOf,
} from "../../core/resources/firelens.ts";
import { directoryNameOf, requireOwn } from "../../core/resources/own.ts";
import type { Task, TaskResource } from "../../core/task.ts";
import type { TaskResourceAdapter } from "../../ports/task-resource.ts";
import type { ReadObject } from "../s3-objects.ts";
import { placeWithin } from "../within.ts";

/** Longest path that the kernel takes for a socket, bytes. */
const LONGEST_SOCKET_PATH = 107;

export type FirelensOptions = {
  /** Absolute. Files go below `firelens/` in it. */
  readonly dataDirectory: string;
  /** Text of an S3 object, for routers that include one. */
  readonly readObject?: ReadObject;
};

export class FirelensAdapter implements TaskResourceAdapter {
  readonly type = "firelens";
  readonly #options: FirelensOptions;

  constructor(options: FirelensOptions) {
    this.#options = options;
  }

  plan(task: Task): readonly TaskResource[] {
    if (routerOf(task.definition) === undefined) return [];
    return [firelensResource(join(this.#options.dataDirectory, ...placeOf(task)))];
  }

  /** @throws {EngineError} ResourceInitializationError */
  async create(task: Task, resource: TaskResource, signal: AbortSignal): Promise<void> {
    const router = routerOf(task.definition);
    if (router === undefined) return;
    const text = firelensConfig(task, router);
    const external = await this.#external(router, signal);
    const directory = await this.#ownDirectory(task, resource);
    try {
      await writeFiles(firelensPaths(directory), text, external, router);
    } catch (error) {
      throw failure(`Cannot make the log router's files in ${directory}`, error);
    }
  }

  /** Absent counts as removed. @throws {EngineError} ResourceInitializationError; NotOwnError for a row that names another place */
  async remove(task: Task, resource: TaskResource): Promise<void> {
    const directory = await this.#ownDirectory(task, resource);
    try {
      await rm(directory, { recursive: true, force: true });
    } catch (error) {
      throw failure(`Cannot remove the log router's files in ${directory}`, error);
    }
  }

  async #ownDirectory(task: Task, resource: TaskResource): Promise<string> {
    const directory = await placeWithin(this.#options.dataDirectory, placeOf(task));
    requireOwn("Directory", firelensDirectory(resource), directory);
    return directory;
  }

  async #external(router: Router, signal: AbortSignal): Promise<string | undefined> {
    const arn = externalObjectOf(router);
    if (arn === undefined) return undefined;
    const { readObject } = this.#options;
    if (readObject === undefined) {
      throw new EngineError(
        "ResourceInitializationError",
        `Cannot get the log router's configuration ${arn}: no source of S3 objects is configured`,
      );
    }
    try {
      return await readObject(arn, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw failure(`Cannot get the log router's configuration ${arn}`, error);
    }
  }
}

function placeOf(task: Task): readonly string[] {
  return ["firelens", directoryNameOf(task)];
}

async function writeFiles(
  paths: ReturnType<typeof firelensPaths>,
  text: string,
  external: string | undefined,
  { user }: Router,
): Promise<void> {
  if (Buffer.byteLength(paths.socket) > LONGEST_SOCKET_PATH) {
    throw new Error(`the path of the socket is longer than ${LONGEST_SOCKET_PATH} bytes: use a shorter data directory`);
  }
  await mkdir(paths.config, { recursive: true });
  await mkdir(paths.sockets, { recursive: true });
  await writeReadable(paths.configFile, text);
  if (external !== undefined) await writeReadable(paths.externalFile, external);
  const owner = /^(\d+)(?::(\d+))?$/.exec(user ?? "");
  if (owner !== null) await chown(paths.sockets, Number(owner[1]), Number(owner[2] ?? owner[1]));
}

/** The router may run as anybody. */
async function writeReadable(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o644);
}

function failure(what: string, cause: unknown): EngineError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new EngineError("ResourceInitializationError", `${what}: ${text}`, { cause });
}
