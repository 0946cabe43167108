/** GPUs: through a runtime of the daemon, or as device requests. Source: interfaces 1.5, engine-modern 25. */
import type { HostConfig } from "../../ports/docker-client.ts";
import type { CreateInput } from "./context.ts";

const CAPABILITIES = [["gpu"]];

/**
 * GPUs that were given out by id; else as many as asked for, of the daemon's choice. With a runtime of its own it is told
 * the ids by NVIDIA_VISIBLE_DEVICES, and nothing is requested from the daemon, as the agent does on EC2; without one Docker
 * is asked for the devices, as the agent does on hosts outside AWS.
 */
export function gpuMembers({ definition, context }: CreateInput): Pick<HostConfig, "Runtime" | "DeviceRequests"> {
  const requirement = definition.resourceRequirements?.find(({ type }) => type === "GPU");
  const ids = context.gpuDeviceIds ?? [];
  if (ids.length > 0 && context.nvidiaRuntime !== undefined) return { Runtime: context.nvidiaRuntime };
  if (ids.length > 0) return { DeviceRequests: [{ DeviceIDs: ids, Capabilities: CAPABILITIES }] };
  if (requirement === undefined) return {};
  return { DeviceRequests: [{ Count: Number(requirement.value), Capabilities: CAPABILITIES }] };
}
