/**
 * Removes what carries our labels and belongs to no task: a crash left it before its row was saved, somebody had renamed
 * it before its create was answered, or Docker made it after all. Source: engine-modern 8.5, 8.6; peers 1.
 */
import { EngineError } from "../core/errors.ts";
import type { CallOptions, ContainerSummary, DockerClient } from "../ports/docker-client.ts";
import type { Log } from "../ports/log.ts";
import { toNamedError } from "./failure.ts";

type StrayPorts = { readonly client: DockerClient; readonly log: Log };

const IN_USE = 409;

/** A failure is logged here, so that whoever has several goes on with the others. @returns whether it is gone */
export async function removeStrayContainer(
  { client, log }: StrayPorts,
  { dockerId, dockerName }: ContainerSummary,
  options: CallOptions = {},
): Promise<boolean> {
  log.warn("Removing container without a task", { dockerName, dockerId });
  try {
    await client.removeContainer(dockerId, { force: true, removeVolumes: true }, options);
    return true;
  } catch (error) {
    // What the end of the engine cuts off is done by the next one.
    if (options.signal?.aborted !== true) {
      const named = toNamedError(error, "CannotRemoveContainerError");
      log.warn("Cannot remove container without a task", { dockerName, dockerId, error: named });
    }
    return false;
  }
}

/** One that is in use, perhaps by a container that could not be removed, is left to the next start of an engine. */
export async function removeStrayVolume({ client, log }: StrayPorts, name: string): Promise<void> {
  log.warn("Removing volume without a task", { volume: name });
  try {
    await client.removeVolume(name);
  } catch (error) {
    if (!(error instanceof EngineError) || error.status !== IN_USE) throw error;
    log.warn("Cannot remove volume without a task", { volume: name, error: error.toNamedError() });
  }
}
