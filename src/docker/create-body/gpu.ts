/** GPUs, as device requests. Source: interfaces 1.5, engine-modern 25. */
import type { HostConfig } from "../../ports/docker-client.ts";
import type { CreateInput } from "./context.ts";

const CAPABILITIES = [["gpu"]];

/** GPUs that were chosen by id; else as many as asked for, of the daemon's choice. */
export function gpuMembers({ definition, context }: CreateInput): Pick<HostConfig, "DeviceRequests"> {
  const requirement = definition.resourceRequirements?.find(({ type }) => type === "GPU");
  if (requirement === undefined) return {};
  const ids = context.gpuDeviceIds ?? [];
  if (ids.length > 0) return { DeviceRequests: [{ DeviceIDs: ids, Capabilities: CAPABILITIES }] };
  return { DeviceRequests: [{ Count: Number(requirement.value), Capabilities: CAPABILITIES }] };
}
