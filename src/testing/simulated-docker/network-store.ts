import type { NetworkSummary } from "../../ports/docker-client.ts";
import { type LabelFilter, matchesLabels } from "./event-log.ts";
import { DockerRefusal } from "./refusal.ts";

export type SimulatedNetwork = NetworkSummary & {
  /** Second byte of its addresses: `172.N.x.y`. */
  readonly subnet: number;
  /** Ids of running containers that are attached. */
  readonly users: Set<string>;
};
type NewNetwork = {
  readonly name: string;
  readonly driver: string;
  readonly labels?: Readonly<Record<string, string>>;
};

const BUILT_IN = ["bridge", "host", "none"] as const;
const FIRST_SUBNET = 17;

export class NetworkStore {
  readonly #networks = new Map<string, SimulatedNetwork>();
  readonly #newId: () => string;
  #nextSubnet = FIRST_SUBNET;
  #nextHost = 2;

  constructor(newId: () => string) {
    this.#newId = newId;
    for (const name of BUILT_IN) this.create({ name, driver: name === "none" ? "null" : name });
  }

  /** @throws {DockerRefusal} 409 when the name is taken */
  create({ name, driver, labels = {} }: NewNetwork): SimulatedNetwork {
    if (this.#networks.has(name)) throw new DockerRefusal(409, `network with name ${name} already exists`);
    const network = { id: this.#newId(), name, driver, labels, subnet: this.#nextSubnet++, users: new Set<string>() };
    this.#networks.set(name, network);
    return network;
  }

  find(idOrName: string): SimulatedNetwork | undefined {
    const byName = this.#networks.get(idOrName === "default" ? "bridge" : idOrName);
    return byName ?? [...this.#networks.values()].find(({ id }) => id === idOrName);
  }

  list(labels: LabelFilter = {}): readonly SimulatedNetwork[] {
    return [...this.#networks.values()].filter((network) => matchesLabels(network.labels, labels));
  }

  /** @throws {DockerRefusal} 404; 403 for a built-in one or while containers are attached */
  remove(idOrName: string): void {
    const network = this.find(idOrName);
    if (network === undefined) throw new DockerRefusal(404, `network ${idOrName} not found`);
    if (BUILT_IN.some((name) => name === network.name)) {
      throw new DockerRefusal(403, `${network.name} is a pre-defined network and cannot be removed`);
    }
    if (network.users.size > 0) {
      throw new DockerRefusal(
        403,
        `error while removing network: network ${network.name} id ${network.id} has active endpoints`,
      );
    }
    this.#networks.delete(network.name);
  }

  /** The next free address; they are handed out in turn and come round after 65,000. */
  nextAddress({ subnet }: SimulatedNetwork): string {
    const host = this.#nextHost;
    this.#nextHost = host >= 65_000 ? 2 : host + 1;
    return `172.${subnet}.${host >> 8}.${host & 255}`;
  }
}

export function summariseNetwork({ id, name, driver, labels }: SimulatedNetwork): NetworkSummary {
  return { id, name, driver, labels };
}
