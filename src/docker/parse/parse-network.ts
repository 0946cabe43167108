import type { NetworkSummary } from "../../ports/docker-client.ts";
import type { WireNetwork } from "../wire.ts";
import { listIn, objectIn, required } from "./body.ts";

/** @throws {DockerCallError} malformed */
export function parseNetworks(body: unknown): readonly NetworkSummary[] {
  return listIn(body, "the list of networks").map((each) => {
    const wire: WireNetwork = objectIn(each, "a network of the list");
    return {
      id: required(wire.Id, "Id"),
      name: wire.Name ?? "",
      driver: wire.Driver ?? "",
      labels: wire.Labels ?? {},
    };
  });
}
