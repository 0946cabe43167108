import type { ContainerStats } from "../../../ports/docker-client.ts";
import type { SimulatedContainer } from "../container.ts";
import { dockerTime } from "./container-json.ts";

/** One record of `GET /containers/ID/stats`; empty, as Docker sends it, when the container does not run. */
export function statsJson(container: SimulatedContainer, sample: ContainerStats): Readonly<Record<string, unknown>> {
  const identity = { name: `/${container.dockerName}`, id: container.dockerId };
  if (!container.isRunning) return { ...identity, read: dockerTime(undefined), cpu_stats: {}, memory_stats: {} };
  const cpu = {
    cpu_usage: { total_usage: sample.cpuTotalNs },
    system_cpu_usage: sample.systemCpuNs,
    online_cpus: sample.onlineCpus,
  };
  return {
    ...identity,
    read: dockerTime(sample.readAt),
    preread: dockerTime(undefined),
    pids_stats: { current: sample.pids },
    cpu_stats: cpu,
    precpu_stats: { cpu_usage: { total_usage: 0 } },
    memory_stats: {
      usage: sample.memoryUsageBytes,
      limit: sample.memoryLimitBytes,
      stats: { inactive_file: sample.memoryCacheBytes },
    },
    networks: { eth0: { rx_bytes: sample.networkRxBytes, tx_bytes: sample.networkTxBytes } },
    blkio_stats: {
      io_service_bytes_recursive: [
        { op: "read", value: sample.blockReadBytes },
        { op: "write", value: sample.blockWriteBytes },
      ],
    },
  };
}
