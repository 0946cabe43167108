/** The `DockerClient` over the Engine API. Nothing here is connected before the first call. */
import type { Clock } from "../ports/clock.ts";
import type { DockerClient } from "../ports/docker-client.ts";
import { type Log, silentLog } from "../ports/log.ts";
import { createApi } from "./api/api.ts";
import { createConnection } from "./api/connection.ts";
import { containerCalls } from "./containers.ts";
import { parseEndpoint, type TlsMaterial } from "./endpoint/parse-endpoint.ts";
import { readFeed } from "./events/event-feed.ts";
import { imageCalls } from "./images.ts";
import { logCalls } from "./logs/read-logs.ts";
import { networkCalls } from "./networks.ts";
import { pullCalls } from "./pull-image.ts";
import { statsCalls } from "./read-stats.ts";
import { systemCalls } from "./system.ts";
import { systemClock } from "./system-clock.ts";
import { volumeCalls } from "./volumes.ts";

export { resolveEndpoint } from "./endpoint/resolve-endpoint.ts";

/** Where the daemon is, and how it is reached. */
export type DockerClientOptions = {
  /** `unix:///path` or `tcp://host:port`, as `resolveEndpoint` finds it. */
  readonly endpoint: string;
  readonly tls?: TlsMaterial;
  readonly log?: Log;
  /** For limits and waits; the wall clock when absent. */
  readonly clock?: Clock;
};

/** @throws {EngineError} CannotGetDockerclientError for an endpoint that cannot be used */
export function createDockerClient(options: DockerClientOptions): DockerClient {
  const { endpoint, tls, log = silentLog, clock = systemClock } = options;
  const connection = createConnection(parseEndpoint(endpoint, tls !== undefined), tls);
  const api = createApi({ endpoint, clock, connection });
  return {
    endpoint,
    ...systemCalls(api),
    ...containerCalls(api),
    events: (request) => readFeed(api, log, request),
    ...logCalls(api),
    ...statsCalls(api),
    ...pullCalls(api),
    ...imageCalls(api),
    ...volumeCalls(api),
    ...networkCalls(api),
    close: () => api.close(),
  };
}
