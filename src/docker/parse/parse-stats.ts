/** One record of `GET /containers/ID/stats`, from hosts with either version of cgroups. Source: engine-modern 24. */
import type { ContainerStats } from "../../ports/docker-client.ts";
import type { WireStats } from "../wire.ts";
import { STATS_SHAPE } from "../wire-shapes.ts";
import { membersIn } from "./body.ts";
import { parseInstant } from "./timestamp.ts";

/**
 * `undefined` for the empty records that Docker sends about a container that does not run.
 * @throws {DockerCallError} malformed
 */
export function parseStats(body: unknown): ContainerStats | undefined {
  const wire: WireStats = membersIn(body, "a record of statistics", STATS_SHAPE);
  const readAt = parseInstant(wire.read);
  if (readAt === undefined) return undefined;
  const { cpu_stats: cpu, memory_stats: memory } = wire;
  return {
    readAt,
    cpuTotalNs: cpu?.cpu_usage?.total_usage ?? 0,
    systemCpuNs: cpu?.system_cpu_usage ?? 0,
    onlineCpus: cpu?.online_cpus || (cpu?.cpu_usage?.percpu_usage?.length ?? 0),
    memoryUsageBytes: memory?.usage ?? 0,
    memoryCacheBytes: cacheOf(memory?.stats ?? {}),
    memoryLimitBytes: memory?.limit ?? 0,
    ...networkBytes(wire),
    blockReadBytes: blockBytes(wire, "read"),
    blockWriteBytes: blockBytes(wire, "write"),
    pids: wire.pids_stats?.current ?? 0,
  };
}

/** cgroup v1 has `cache`; v2 does not, and its reclaimable part is `inactive_file`. */
function cacheOf(stats: Readonly<Record<string, number>>): number {
  return stats.cache ?? stats.inactive_file ?? 0;
}

function networkBytes(wire: WireStats): Pick<ContainerStats, "networkRxBytes" | "networkTxBytes"> {
  const interfaces = Object.values(wire.networks ?? {});
  return {
    networkRxBytes: interfaces.reduce((sum, each) => sum + (each?.rx_bytes ?? 0), 0),
    networkTxBytes: interfaces.reduce((sum, each) => sum + (each?.tx_bytes ?? 0), 0),
  };
}

/** Kernels spell the operation "Read" or "read". */
function blockBytes(wire: WireStats, operation: "read" | "write"): number {
  return (wire.blkio_stats?.io_service_bytes_recursive ?? [])
    .filter((each) => each.op?.toLowerCase() === operation)
    .reduce((sum, each) => sum + (each.value ?? 0), 0);
}
