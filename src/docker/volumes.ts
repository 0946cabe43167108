/** Calls about volumes. Source: engine-modern 18.3. */
import type { DockerClient } from "../ports/docker-client.ts";
import type { Api } from "./api/api.ts";
import { OPERATIONS } from "./api/operations.ts";
import { filtersOf } from "./filters.ts";
import { parseVolume, parseVolumes } from "./parse/parse-volume.ts";
import { pathPart } from "./path.ts";

type VolumeCalls = Pick<DockerClient, "createVolume" | "inspectVolume" | "removeVolume" | "listVolumes">;

export function volumeCalls(api: Api): VolumeCalls {
  return {
    createVolume: ({ name, driver, driverOpts = {}, labels = {} }, options) =>
      api.json(
        {
          method: "POST",
          path: "/volumes/create",
          json: { Name: name, Driver: driver, DriverOpts: driverOpts, Labels: labels },
          repeatable: true,
        },
        OPERATIONS.createVolume,
        parseVolume,
        options,
      ),

    inspectVolume: (name, options) =>
      api.find(
        { method: "GET", path: `/volumes/${pathPart(name)}`, repeatable: true },
        OPERATIONS.inspectVolume,
        parseVolume,
        options,
      ),

    async removeVolume(name, options) {
      const call = {
        method: "DELETE",
        path: `/volumes/${pathPart(name)}`,
        accept: [404],
        repeatable: true,
      } as const;
      await api.status(call, OPERATIONS.removeVolume, options);
    },

    listVolumes: ({ labels }, options) =>
      api.json(
        { method: "GET", path: "/volumes", query: { filters: filtersOf(labels) }, repeatable: true },
        OPERATIONS.inspectVolume,
        parseVolumes,
        options,
      ),
  };
}
