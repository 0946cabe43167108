import { asDockerId, asDockerName, asEpochMs } from "../../core/brand.ts";
import type { ContainerSummary } from "../../ports/docker-client.ts";
import type { WireContainerSummary } from "../wire.ts";
import { SUMMARY_SHAPE } from "../wire-shapes.ts";
import { listIn, membersIn, required } from "./body.ts";

const STATES = ["created", "running", "paused", "restarting", "removing", "exited", "dead"] as const;

/** @throws {DockerCallError} malformed */
export function parseSummaries(body: unknown): readonly ContainerSummary[] {
  return listIn(body, "the list of containers").map(parseSummary);
}

function parseSummary(body: unknown): ContainerSummary {
  const wire: WireContainerSummary = membersIn(body, "a container of the list", SUMMARY_SHAPE);
  return {
    dockerId: asDockerId(required(wire.Id, "Id")),
    dockerName: asDockerName(ownName(wire.Names ?? [])),
    labels: wire.Labels ?? {},
    // A state that is newer than this code: an inspection tells what it is.
    state: STATES.find((state) => state === wire.State) ?? "created",
    imageId: wire.ImageID ?? "",
    createdAt: asEpochMs((wire.Created ?? 0) * 1000),
  };
}

/** A linked container is listed under its links too, as `/other/alias`. */
function ownName(names: readonly string[]): string {
  const own = names.find((name) => !name.slice(1).includes("/")) ?? "";
  return own.replace(/^\//, "");
}
