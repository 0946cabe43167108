/**
 * What runs of the command that were killed have left behind. A container counts as left only when its labels name a process
 * that is known to be gone, and when it bears the name that Berth gave it: labels alone are copied by `docker commit`.
 */

import type { HostProcesses } from "../agent/host-processes.ts";
import { isDockerNameFor } from "../core/docker-name.ts";
import { CONTAINER_NAME_LABEL, ENGINE_ID_LABEL, FAMILY_LABEL, REVISION_LABEL, TASK_ARN_LABEL } from "../core/labels.ts";
import { isOfRun, ownerOfRun } from "../core/run-owner.ts";
import type { ContainerSummary, DockerClient } from "../ports/docker-client.ts";

/** A container that a run of the command has made. */
export type OfRun = {
  readonly containerName: string;
  readonly family: string;
  readonly taskArn: string;
  readonly engineId: string;
  readonly pid?: number;
  /** Of the process to which it belongs. */
  readonly fate: ReturnType<HostProcesses["fateOf"]>;
};

/** `undefined` for what no run of the command has made, or only seems to have. */
export function readOfRun(
  { dockerName, labels }: Pick<ContainerSummary, "dockerName" | "labels">,
  processes: Pick<HostProcesses, "fateOf">,
): OfRun | undefined {
  const { [ENGINE_ID_LABEL]: engineId = "", [FAMILY_LABEL]: family = "", [TASK_ARN_LABEL]: taskArn = "" } = labels;
  const containerName = labels[CONTAINER_NAME_LABEL] ?? "";
  const revision = Number(labels[REVISION_LABEL]);
  if (!isOfRun(engineId) || !isDockerNameFor(dockerName, { family, revision }, containerName)) return undefined;
  const owner = ownerOfRun(engineId);
  const known = { containerName, family, taskArn, engineId };
  return owner === undefined
    ? { ...known, fate: "unknown" }
    : { ...known, pid: owner.pid, fate: processes.fateOf(owner) };
}

type Docker = Pick<DockerClient, "listContainers" | "removeContainer" | "listVolumes" | "removeVolume">;

/**
 * Removes, by force, the containers and volumes of earlier runs of a family whose process is gone.
 * @returns what was done and what was left alone, in sentences
 * @throws {EngineError} when Docker refuses
 */
export async function removeEarlierRuns(
  family: string,
  {
    docker,
    processes,
    signal,
  }: { readonly docker: Docker; readonly processes: HostProcesses; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const labels = { [FAMILY_LABEL]: family, [ENGINE_ID_LABEL]: true } as const;
  const listed = await docker.listContainers({ all: true, labels }, { signal });
  const found = listed.flatMap((summary) => {
    const run = readOfRun(summary, processes);
    return run === undefined ? [] : [{ ...summary, run }];
  });
  const left = found.filter(({ run }) => run.fate === "gone");
  await Promise.all(
    left.map(({ dockerId }) => docker.removeContainer(dockerId, { force: true, removeVolumes: true }, { signal })),
  );
  await Promise.all([...new Set(left.map(({ run }) => run.engineId))].map((id) => removeVolumesOf(id, docker, signal)));
  return found.map(({ dockerName, run }) =>
    run.fate === "gone"
      ? `Removed container ${dockerName}, left by a run that was killed (--replace)`
      : `Left container ${dockerName} alone: ${whyLeft(run)} (--replace)`,
  );
}

async function removeVolumesOf(engineId: string, docker: Docker, signal: AbortSignal): Promise<void> {
  const volumes = await docker.listVolumes({ labels: { [ENGINE_ID_LABEL]: engineId } }, { signal });
  await Promise.all(volumes.map(({ name }) => docker.removeVolume(name, { signal })));
}

function whyLeft({ fate, pid }: OfRun): string {
  return fate === "alive"
    ? `its run goes on, as process ${pid}`
    : "whether its run goes on cannot be seen from here; it ran before the last boot, or elsewhere";
}
