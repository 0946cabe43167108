/**
 * The file in which a container reads what it is. It lies in a directory of the host that is mounted into the container,
 * so that the engine must be on the daemon's host. Source: engine-modern 23, engine-behaviour 10.2.
 */
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TaskArn } from "../../core/brand.ts";
import { EngineError } from "../../core/errors.ts";
import {
  initialMetadata,
  METADATA_FILE_NAME,
  type MetadataHost,
  metadataText,
  readyMetadata,
} from "../../core/resources/metadata-file.ts";
import type { Container, Task } from "../../core/task.ts";
import type { ContainerInspection, DockerClient } from "../../ports/docker-client.ts";
import type { MetadataAttachment, MetadataManager } from "../../ports/metadata-manager.ts";
import type { Random } from "../../ports/random.ts";
import { placeWithin } from "../within.ts";

/** Where containers find the directory of their file. */
const MOUNT = "/opt/ecs/metadata";
const INSPECT_LIMIT_MS = 30_000;

export type MetadataFileOptions = {
  readonly client: Pick<DockerClient, "inspectContainer">;
  readonly random: Random;
  /** Files go below `metadata/` in it. */
  readonly dataDirectory: string;
  /** The same directory as the daemon's host sees it, when the engine itself is in a container. Source: ECS_HOST_DATA_DIR. */
  readonly hostDataDirectory?: string;
  /** Lets containers read it under SELinux. Source: ECS_SELINUX_CAPABLE. */
  readonly selinux?: boolean;
  readonly host?: MetadataHost;
};

export class MetadataFiles implements MetadataManager {
  readonly #options: MetadataFileOptions;

  constructor(options: MetadataFileOptions) {
    this.#options = options;
  }

  async create(task: Task, container: Container): Promise<MetadataAttachment> {
    const place = [...placeOf(task.arn), container.name];
    await this.#write(place, metadataText(initialMetadata(task, container, this.#options.host ?? {})));
    const { dataDirectory, hostDataDirectory = dataDirectory, selinux, random } = this.#options;
    const target = `${MOUNT}/${random.uuid()}`;
    return {
      binds: [`${join(hostDataDirectory, ...place)}:${target}${selinux === true ? ":Z" : ""}`],
      env: [`ECS_CONTAINER_METADATA_FILE=${target}/${METADATA_FILE_NAME}`],
    };
  }

  /** @throws {EngineError} CannotInspectContainerError when it does not run */
  async update(task: Task, container: Container): Promise<void> {
    const options = { timeoutMs: INSPECT_LIMIT_MS };
    const seen = await this.#options.client.inspectContainer(container.dockerId ?? container.dockerName, options);
    if (seen?.status !== "running") {
      const text = `Cannot complete the metadata of container "${container.name}": it does not run`;
      throw new EngineError("CannotInspectContainerError", text);
    }
    const running = { ...seen, networkMode: networkModeOf(seen) };
    const document = readyMetadata(task, container, this.#options.host ?? {}, running);
    await this.#write([...placeOf(task.arn), container.name], metadataText(document));
  }

  async clean(taskArn: TaskArn): Promise<void> {
    const directory = await placeWithin(this.#options.dataDirectory, placeOf(taskArn));
    await rm(directory, { recursive: true, force: true });
  }

  /** A reader sees the old content or the new one, never a part. */
  async #write(place: readonly string[], text: string): Promise<void> {
    const directory = await placeWithin(this.#options.dataDirectory, place);
    await mkdir(directory, { recursive: true, mode: 0o755 });
    const temporary = join(directory, `temp_metadata_file.${this.#options.random.hex(8)}`);
    try {
      await writeFile(temporary, text);
      await chmod(temporary, 0o644);
      await rename(temporary, join(directory, METADATA_FILE_NAME));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

/** `metadata/CLUSTER/TASK`; an ARN of the old form has no cluster. @throws {EngineError} TaskStateError for a bad ARN */
function placeOf(taskArn: TaskArn): readonly string[] {
  const [, , , , , ...resource] = taskArn.split(":");
  const [kind, ...names] = resource.join(":").split("/");
  const isPath = names.length > 0 && names.every((name) => /^[\w-]+$/.test(name));
  if (kind === "task" && isPath) return ["metadata", ...names];
  throw new EngineError("TaskStateError", `Cannot find a place for container metadata: ${taskArn} is no task's ARN`);
}

function networkModeOf({ raw }: ContainerInspection): string {
  if (typeof raw !== "object" || raw === null || !("HostConfig" in raw)) return "";
  const config = raw.HostConfig;
  if (typeof config !== "object" || config === null || !("NetworkMode" in config)) return "";
  return typeof config.NetworkMode === "string" ? config.NetworkMode : "";
}
