/** Calls about the daemon itself. */
import type { DaemonVersion, DockerClient } from "../ports/docker-client.ts";
import type { Api } from "./api/api.ts";
import type { Agreement } from "./api/negotiator.ts";
import { OPERATIONS } from "./api/operations.ts";
import { parseInfo } from "./parse/parse-info.ts";

export function systemCalls(api: Api): Pick<DockerClient, "ping" | "version" | "info"> {
  return {
    async ping(options) {
      const call = { method: "GET", path: "/_ping", repeatable: true, unversioned: true } as const;
      await api.status(call, OPERATIONS.ping, options);
    },
    version: async (options) => daemonVersion(await api.negotiate(options)),
    info: (options) =>
      api.json({ method: "GET", path: "/info", repeatable: true }, OPERATIONS.info, parseInfo, options),
  };
}

function daemonVersion({ apiVersion, offer }: Agreement): DaemonVersion {
  const { version, oldestApi: minApiVersion, os, arch } = offer;
  return { version, apiVersion, minApiVersion, os, arch };
}
