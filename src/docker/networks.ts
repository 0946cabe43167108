/** Calls about networks. */
import type { DockerClient } from "../ports/docker-client.ts";
import type { Api } from "./api/api.ts";
import { OPERATIONS } from "./api/operations.ts";
import { filtersOf } from "./filters.ts";
import { membersIn, required } from "./parse/body.ts";
import { parseNetworks } from "./parse/parse-network.ts";
import { pathPart } from "./path.ts";
import type { WireCreated } from "./wire.ts";
import { CREATED_SHAPE } from "./wire-shapes.ts";

export function networkCalls(api: Api): Pick<DockerClient, "createNetwork" | "removeNetwork" | "listNetworks"> {
  return {
    createNetwork: ({ name, driver, labels = {} }, options) =>
      api.json(
        {
          method: "POST",
          path: "/networks/create",
          // Older daemons allow two networks of one name unless asked to check.
          json: { Name: name, Driver: driver, Labels: labels, CheckDuplicate: true },
          repeatable: true,
        },
        OPERATIONS.createNetwork,
        parseCreated,
        options,
      ),

    async removeNetwork(idOrName, options) {
      const call = {
        method: "DELETE",
        path: `/networks/${pathPart(idOrName)}`,
        accept: [404],
        repeatable: true,
      } as const;
      await api.status(call, OPERATIONS.removeNetwork, options);
    },

    listNetworks: ({ labels }, options) =>
      api.json(
        { method: "GET", path: "/networks", query: { filters: filtersOf(labels) }, repeatable: true },
        OPERATIONS.listNetworks,
        parseNetworks,
        options,
      ),
  };
}

function parseCreated(body: unknown): { readonly id: string } {
  const wire: WireCreated = membersIn(body, "the created network", CREATED_SHAPE);
  return { id: required(wire.Id, "Id") };
}
