import type { NetworkSummary } from "../../ports/docker-client.ts";
import type { WireNetwork } from "../wire.ts";
import { NETWORK_SHAPE } from "../wire-shapes.ts";
import { listIn, membersIn, required } from "./body.ts";

/** @throws {DockerCallError} malformed */
export function parseNetworks(body: unknown): readonly NetworkSummary[] {
  return listIn(body, "the list of networks").map((each) => {
    const wire: WireNetwork = membersIn(each, "a network of the list", NETWORK_SHAPE);
    return {
      id: required(wire.Id, "Id"),
      name: wire.Name ?? "",
      driver: wire.Driver ?? "",
      labels: wire.Labels ?? {},
    };
  });
}
