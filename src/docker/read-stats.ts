/** The stream of samples of one container. Source: engine-modern 24, 33. */
import type { DockerId } from "../core/brand.ts";
import type { ContainerStats, DockerClient } from "../ports/docker-client.ts";
import type { Api } from "./api/api.ts";
import { OPERATIONS } from "./api/operations.ts";
import { parseJson, readLines } from "./api/read-body.ts";
import { parseInspection } from "./parse/parse-inspection.ts";
import { parseStats } from "./parse/parse-stats.ts";
import { pathPart } from "./path.ts";

const STREAM = { stream: "1" };
/** Without the second that the daemon waits for a sample to compare with. */
const ONE_SAMPLE = { stream: "0", "one-shot": "1" };

export function statsCalls(api: Api): Pick<DockerClient, "stats"> {
  return {
    stats: async function* (dockerId, { signal, once = false }): AsyncGenerator<ContainerStats> {
      const { limitMs } = OPERATIONS.readStats;
      const scope = api.scope(signal);
      try {
        let cancelWait = scope.limit(limitMs, { type: "inactive", limitMs });
        const path = `/containers/${pathPart(dockerId)}/stats`;
        const call = { method: "GET", path, query: once ? ONE_SAMPLE : STREAM, repeatable: true } as const;
        const { response } = await api.open(call, scope);
        for await (const line of readLines(response, scope)) {
          cancelWait();
          const sample = parseStats(parseJson(line));
          // Docker goes on with empty records once the container has ended, and sends them when it cannot look.
          if (sample === undefined && !(await isRunning(api, dockerId, scope.signal))) return;
          if (sample && sample.cpuTotalNs > 0) yield sample;
          cancelWait = scope.limit(limitMs, { type: "inactive", limitMs });
        }
      } catch (error) {
        if (!signal.aborted) throw api.errorFor(error, OPERATIONS.readStats);
      } finally {
        scope.end();
      }
    },
  };
}

async function isRunning(api: Api, dockerId: DockerId, signal: AbortSignal): Promise<boolean> {
  const call = { method: "GET", path: `/containers/${pathPart(dockerId)}/json`, repeatable: true } as const;
  const found = await api.find(call, OPERATIONS.inspectContainer, parseInspection, { signal });
  return found?.status === "running";
}
