/**
 * The image of the containers that hold shared namespaces. It is made here, not pulled: a task that needs it runs
 * without any registry, and nobody else's program becomes its process 1. Source: engine-modern 22, 27.
 */
import { createHash } from "node:crypto";
import { EngineError } from "../core/errors.ts";
import type { Task, TaskResource } from "../core/task.ts";
import type { DockerClient } from "../ports/docker-client.ts";
import type { TaskResourceAdapter } from "../ports/task-resource.ts";
import { elfExecutable } from "./pause-image/elf.ts";
import { type Architecture, pauseProgram } from "./pause-image/program.ts";
import { tarWithExecutable } from "./pause-image/tar.ts";

const REPOSITORY = "berth/pause";
const CHANGES = ['ENTRYPOINT ["/pause"]', "LABEL berth.image=pause"];
const TAG = contentHash();

/** Names what is in it: another version of the program is another image. */
export const PAUSE_IMAGE = `${REPOSITORY}:${TAG}`;

/** The program that waits for SIGTERM or SIGINT and leaves no zombies. */
export function pauseExecutable(architecture: Architecture): Uint8Array {
  return elfExecutable(architecture, pauseProgram(architecture));
}

/** Root file system of the image: the program alone. */
export function pauseImageTar(architecture: Architecture): Uint8Array {
  return tarWithExecutable("pause", pauseExecutable(architecture));
}

type ImageCalls = Pick<DockerClient, "inspectImage" | "importImage" | "version">;

/** Makes the image if it is missing; tasks that need it at the same time wait for one import. */
export class PauseImageResource implements TaskResourceAdapter {
  readonly type = "pauseImage";
  readonly #client: ImageCalls;
  #inFlight: Promise<void> | undefined;

  constructor(client: ImageCalls) {
    this.#client = client;
  }

  /** @throws {EngineError} ResourceInitializationError when the daemon's architecture is unknown or it refuses the image */
  async create(_task: Task, _resource: TaskResource, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // One task's end must not take the image from the others, so the import itself does not listen to the signal.
    this.#inFlight ??= this.#provide().finally(() => {
      this.#inFlight = undefined;
    });
    await untilAborted(this.#inFlight, signal);
  }

  /** Nothing: the image is shared by all tasks, and a few hundred bytes. */
  async remove(): Promise<void> {}

  async #provide(): Promise<void> {
    try {
      if ((await this.#client.inspectImage(PAUSE_IMAGE)) !== undefined) return;
      const { arch } = await this.#client.version();
      const tar = pauseImageTar(architectureOf(arch));
      await this.#client.importImage(tar, { repository: REPOSITORY, tag: TAG, changes: CHANGES });
    } catch (error) {
      throw asResourceError(error);
    }
  }
}

function architectureOf(daemonArch: string): Architecture {
  switch (daemonArch) {
    case "amd64":
    case "x86_64":
      return "amd64";
    case "arm64":
    case "aarch64":
      return "arm64";
    default:
      throw new EngineError(
        "ResourceInitializationError",
        `Cannot make pause image: no program for architecture "${daemonArch}"`,
      );
  }
}

function asResourceError(error: unknown): unknown {
  if (!(error instanceof EngineError) || error.name === "ResourceInitializationError") return error;
  const { retryable, indeterminate } = error;
  const message = `Cannot make pause image: ${error.message}`;
  return new EngineError("ResourceInitializationError", message, { retryable, indeterminate, cause: error });
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function contentHash(): string {
  const hash = createHash("sha256");
  for (const architecture of ["amd64", "arm64"] as const) hash.update(pauseImageTar(architecture));
  return hash.update(JSON.stringify(CHANGES)).digest("hex").slice(0, 12);
}
