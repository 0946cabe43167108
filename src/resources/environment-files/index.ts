/** The task resource "environmentFiles": variables from files that lie in a local folder or in S3. Source: engine-modern 20.4. */
import type { TaskDefinition } from "../../core/definition/types.ts";
import { mergeEnvironmentFiles, parseEnvironmentFile, type Variable } from "../../core/environment-files/parse.ts";
import { EngineError } from "../../core/errors.ts";
import { groupBy } from "../../core/secrets/group-by.ts";
import type { Task, TaskResource } from "../../core/task.ts";
import type { TaskResourceAdapter } from "../../ports/task-resource.ts";
import type { ReadObject } from "../s3-objects.ts";
import { candidatesFor, findEnvironmentFile, readEnvironmentFile } from "./local-folder.ts";

/** Where the variables go; `TaskEnvironmentStore` is one. */
export type EnvironmentFileSink = {
  set(taskArn: string, containerName: string, values: { readonly files: readonly Variable[] }): void;
  clear(taskArn: string, kinds: readonly "files"[]): void;
};

export type MissingEnvironmentFile = {
  /** Where it stands in the definition: `containerDefinitions[0].environmentFiles[1]`. */
  readonly path: string;
  readonly containerName: string;
  readonly arn: string;
  readonly reason: string;
};

type FileRequest = { readonly path: string; readonly containerName: string; readonly arn: string };

/** Fetches the variables of a task's environment files before its containers are made. Source: engine-modern 20.4. */
export class EnvironmentFilesAdapter implements TaskResourceAdapter {
  readonly type = "environmentFiles";
  readonly #folder: string | undefined;
  readonly #environment: EnvironmentFileSink;
  readonly #readObject: ReadObject | undefined;

  /**
   * @param folder stands for S3, and comes first
   * @param readObject asks S3 itself for what is not in the folder
   */
  constructor(folder: string | undefined, environment: EnvironmentFileSink, readObject?: ReadObject) {
    this.#folder = folder;
    this.#environment = environment;
    this.#readObject = readObject;
  }

  /** @throws {EngineError} ResourceInitializationError that names the file, and none of its content */
  async create(task: Task, _resource: TaskResource, signal: AbortSignal): Promise<void> {
    for (const [containerName, requests] of groupBy(requestsOf(task.definition), (each) => each.containerName)) {
      const files = await Promise.all(requests.map((request) => this.#read(request, signal)));
      this.#environment.set(task.arn, containerName, { files: mergeEnvironmentFiles(files) });
    }
  }

  async remove(task: Task): Promise<void> {
    this.#environment.clear(task.arn, ["files"]);
  }

  async #read(request: FileRequest, signal: AbortSignal): Promise<readonly Variable[]> {
    const { arn, path } = request;
    try {
      const file = this.#folder === undefined ? undefined : await findEnvironmentFile(this.#folder, arn, path);
      if (file !== undefined) return parseEnvironmentFile(await readEnvironmentFile(file, signal));
      if (this.#readObject === undefined) throw new Error(reasonFor(this.#folder, request));
      return parseEnvironmentFile(await this.#readObject(arn, signal));
    } catch (error) {
      signal.throwIfAborted();
      const text = error instanceof Error ? error.message : String(error);
      throw new EngineError("ResourceInitializationError", `Cannot get environment file ${arn}: ${text}`, {
        cause: error,
      });
    }
  }
}

/** Everything that a definition wants and the folder has not, before anything is started. */
export async function findMissingEnvironmentFiles(
  definition: TaskDefinition,
  folder: string | undefined,
): Promise<readonly MissingEnvironmentFile[]> {
  const found = await Promise.all(requestsOf(definition).map((request) => missingOf(request, folder)));
  return found.filter((missing) => missing !== undefined);
}

async function missingOf(
  request: FileRequest,
  folder: string | undefined,
): Promise<MissingEnvironmentFile | undefined> {
  try {
    const file = folder === undefined ? undefined : await findEnvironmentFile(folder, request.arn, request.path);
    return file === undefined ? { ...request, reason: reasonFor(folder, request) } : undefined;
  } catch (error) {
    return { ...request, reason: error instanceof Error ? error.message : String(error) };
  }
}

function reasonFor(folder: string | undefined, { arn, path }: FileRequest): string {
  if (folder === undefined) return "no folder of environment files is given";
  return `neither ${candidatesFor(folder, arn, path).join(" nor ")} is a file`;
}

function requestsOf(definition: TaskDefinition): readonly FileRequest[] {
  return definition.containerDefinitions.flatMap(({ name, environmentFiles = [] }, container) =>
    environmentFiles.map(({ value }, index) => ({
      path: `containerDefinitions[${container}].environmentFiles[${index}]`,
      containerName: name,
      arn: value,
    })),
  );
}
