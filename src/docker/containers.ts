/** Calls about containers. Source: engine-behaviour 7.1, engine-modern 6.1. */
import { asDockerId } from "../core/brand.ts";
import type { CallOptions, DockerClient } from "../ports/docker-client.ts";
import type { Api } from "./api/api.ts";
import { OPERATIONS } from "./api/operations.ts";
import { filtersOf } from "./filters.ts";
import { membersIn, required } from "./parse/body.ts";
import { parseInspection } from "./parse/parse-inspection.ts";
import { parseSummaries } from "./parse/parse-summary.ts";
import { pathPart } from "./path.ts";
import type { WireCreated } from "./wire.ts";
import { CREATED_SHAPE } from "./wire-shapes.ts";

type ContainerCalls = Pick<
  DockerClient,
  | "createContainer"
  | "startContainer"
  | "stopContainer"
  | "killContainer"
  | "removeContainer"
  | "inspectContainer"
  | "listContainers"
>;

const CONFLICT = 409;
const NOT_FOUND = 404;
const NOT_MODIFIED = 304;

export function containerCalls(api: Api): ContainerCalls {
  return {
    createContainer: ({ name, body, platform }, options) =>
      api.json(
        // A second create with the same name is refused, so asking twice makes one container.
        { method: "POST", path: "/containers/create", query: { name, platform }, json: body, repeatable: true },
        OPERATIONS.createContainer,
        parseCreated,
        options,
      ),

    async startContainer(dockerId, options) {
      const call = {
        method: "POST",
        path: `/containers/${pathPart(dockerId)}/start`,
        accept: [NOT_MODIFIED],
        repeatable: true,
      } as const;
      await api.status(call, OPERATIONS.startContainer, options);
    },

    async stopContainer(dockerId, { stopTimeoutMs }, options) {
      const call = {
        method: "POST",
        path: `/containers/${pathPart(dockerId)}/stop`,
        query: { t: String(Math.ceil(stopTimeoutMs / 1000)) },
        accept: [NOT_MODIFIED],
        repeatable: true,
      } as const;
      await api.status(call, OPERATIONS.stopContainer, withGrace(stopTimeoutMs, options));
    },

    async killContainer(dockerId, signal, options) {
      const call = {
        method: "POST",
        path: `/containers/${pathPart(dockerId)}/kill`,
        query: { signal },
        accept: [CONFLICT],
        // A handler may count its signals.
        repeatable: false,
      } as const;
      await api.status(call, OPERATIONS.killContainer, options);
    },

    async removeContainer(idOrName, { force, removeVolumes }, options) {
      const call = {
        method: "DELETE",
        path: `/containers/${pathPart(idOrName)}`,
        query: { force: force ? "1" : undefined, v: removeVolumes ? "1" : undefined },
        accept: [NOT_FOUND],
        repeatable: true,
      } as const;
      await api.status(call, OPERATIONS.removeContainer, options);
    },

    inspectContainer: (idOrName, options) =>
      api.find(
        { method: "GET", path: `/containers/${pathPart(idOrName)}/json`, repeatable: true },
        OPERATIONS.inspectContainer,
        parseInspection,
        options,
      ),

    listContainers: ({ all, labels }, options) =>
      api.json(
        {
          method: "GET",
          path: "/containers/json",
          query: { all: all ? "1" : undefined, filters: filtersOf(labels) },
          repeatable: true,
        },
        OPERATIONS.listContainers,
        parseSummaries,
        options,
      ),
  };
}

function withGrace(stopTimeoutMs: number, options: CallOptions | undefined): CallOptions {
  return { timeoutMs: stopTimeoutMs + OPERATIONS.stopContainer.limitMs, ...options };
}

function parseCreated(body: unknown): Awaited<ReturnType<DockerClient["createContainer"]>> {
  const wire: WireCreated = membersIn(body, "the created container", CREATED_SHAPE);
  return { dockerId: asDockerId(required(wire.Id, "Id")), warnings: wire.Warnings ?? [] };
}
