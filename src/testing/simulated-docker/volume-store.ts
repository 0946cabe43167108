import type { EpochMs } from "../../core/brand.ts";
import type { VolumeInspection } from "../../ports/docker-client.ts";
import { type LabelFilter, matchesLabels } from "./event-log.ts";
import { DockerRefusal } from "./refusal.ts";

export type SimulatedVolume = VolumeInspection & {
  readonly anonymous: boolean;
  readonly createdAt: EpochMs;
  /** Ids of the containers that mount it, running or not. */
  readonly users: Set<string>;
};

const KNOWN_DRIVERS: ReadonlySet<string> = new Set(["local"]);

export class VolumeStore {
  readonly #volumes = new Map<string, SimulatedVolume>();
  readonly #drivers = new Set(KNOWN_DRIVERS);

  /** From now on volumes of this plugin can be made. */
  addDriver(name: string): void {
    this.#drivers.add(name);
  }

  /** @throws {DockerRefusal} 400 for a bad name, 404 for an unknown driver, 409 when the name exists with another driver */
  create(
    request: Pick<VolumeInspection, "name" | "driver" | "labels" | "options"> & { readonly anonymous?: boolean },
    at: EpochMs,
  ): SimulatedVolume {
    const existing = this.#volumes.get(request.name);
    if (existing !== undefined) {
      if (existing.driver === request.driver) return existing;
      throw new DockerRefusal(409, `create ${request.name}: conflict: volume name must be unique`);
    }
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(request.name)) throw badName(request.name);
    if (!this.#drivers.has(request.driver)) {
      throw new DockerRefusal(
        404,
        `create ${request.name}: error looking up volume plugin ${request.driver}: plugin "${request.driver}" not found`,
      );
    }
    const volume: SimulatedVolume = {
      name: request.name,
      driver: request.driver,
      labels: request.labels,
      options: request.options,
      mountpoint: `/var/lib/docker/volumes/${request.name}/_data`,
      anonymous: request.anonymous ?? false,
      createdAt: at,
      users: new Set(),
    };
    this.#volumes.set(volume.name, volume);
    return volume;
  }

  find(name: string): SimulatedVolume | undefined {
    return this.#volumes.get(name);
  }

  list(labels: LabelFilter = {}): readonly SimulatedVolume[] {
    return [...this.#volumes.values()].filter((volume) => matchesLabels(volume.labels, labels));
  }

  /** @throws {DockerRefusal} 404, 409 while a container mounts it */
  remove(name: string): void {
    const volume = this.#volumes.get(name);
    if (volume === undefined) throw new DockerRefusal(404, `get ${name}: no such volume`);
    if (volume.users.size > 0) {
      throw new DockerRefusal(409, `remove ${name}: volume is in use - [${[...volume.users].join(", ")}]`);
    }
    this.#volumes.delete(name);
  }
}

export function inspectVolume({ name, driver, mountpoint, labels, options }: SimulatedVolume): VolumeInspection {
  return { name, driver, mountpoint, labels, options };
}

function badName(name: string): DockerRefusal {
  const rule = 'only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed';
  return new DockerRefusal(
    400,
    `create ${name}: "${name}" includes invalid characters for a local volume name, ${rule}`,
  );
}
