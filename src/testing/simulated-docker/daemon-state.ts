/** Everything that the simulated daemon holds. The files `container-*.ts` say what can be done with it. */
import type { DockerName } from "../../core/brand.ts";
import type { Clock } from "../../ports/clock.ts";
import type { DaemonInfo, DaemonVersion } from "../../ports/docker-client.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { SimulatedContainer } from "./container.ts";
import { EventLog, type NewEvent } from "./event-log.ts";
import { ImageStore } from "./image-store.ts";
import { NetworkStore } from "./network-store.ts";
import { PortTable } from "./port-table.ts";
import { noSuchContainer } from "./refusal.ts";
import { SimulatedRegistry } from "./registry.ts";
import { ScriptRules } from "./script-rules.ts";
import { VolumeStore } from "./volume-store.ts";

export type DaemonSettings = {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly version: DaemonVersion;
  readonly info: DaemonInfo;
  readonly eventLimit: number;
};

export class DaemonState {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly version: DaemonVersion;
  readonly info: DaemonInfo;
  readonly events: EventLog;
  readonly images = new ImageStore();
  readonly registry: SimulatedRegistry;
  readonly volumes = new VolumeStore();
  readonly networks: NetworkStore;
  readonly ports = new PortTable();
  readonly scripts = new ScriptRules();
  readonly #byId = new Map<string, SimulatedContainer>();
  readonly #byName = new Map<string, SimulatedContainer>();
  readonly #downListeners = new Set<() => void>();
  readonly #upListeners = new Set<() => void>();

  liveRestore: boolean;
  /** Answers requests. */
  isUp = true;
  /** Counts the daemon's lives: what one life began, the next does not end. */
  life = 1;
  nextPid = 1_000;

  constructor(settings: DaemonSettings) {
    this.clock = settings.clock;
    this.random = settings.random;
    this.version = settings.version;
    this.info = settings.info;
    this.liveRestore = settings.info.liveRestore;
    this.events = new EventLog(settings.clock, settings.eventLimit);
    this.registry = new SimulatedRegistry(settings.random.fork("registry"));
    this.networks = new NetworkStore(() => this.random.hex(64));
  }

  get containers(): IterableIterator<SimulatedContainer> {
    return this.#byId.values();
  }

  addContainer(container: SimulatedContainer): void {
    this.#byId.set(container.dockerId, container);
    this.#byName.set(container.dockerName, container);
  }

  forgetContainer(container: SimulatedContainer): void {
    this.#byId.delete(container.dockerId);
    this.#byName.delete(container.dockerName);
  }

  renameContainer(container: SimulatedContainer, dockerName: DockerName): void {
    this.#byName.delete(container.dockerName);
    container.rename(dockerName);
    this.#byName.set(dockerName, container);
  }

  findByName(dockerName: string): SimulatedContainer | undefined {
    return this.#byName.get(dockerName);
  }

  /** By id, by name with or without its slash, or by an id cut short. */
  findContainer(idOrName: string): SimulatedContainer | undefined {
    const exact = this.#byId.get(idOrName) ?? this.#byName.get(idOrName.replace(/^\//, ""));
    if (exact !== undefined || idOrName.length === 64 || !/^[0-9a-f]+$/.test(idOrName)) return exact;
    for (const [id, container] of this.#byId) if (id.startsWith(idOrName)) return container;
    return undefined;
  }

  /** @throws {DockerRefusal} 404 */
  getContainer(idOrName: string): SimulatedContainer {
    const container = this.findContainer(idOrName);
    if (container === undefined) throw noSuchContainer(idOrName);
    return container;
  }

  /** A daemon that is down tells nothing. */
  emit(event: NewEvent): void {
    if (this.isUp) this.events.emit(event);
  }

  emitContainer(container: SimulatedContainer, action: string, extra?: Readonly<Record<string, string>>): void {
    const attributes = extra === undefined ? container.eventAttributes : { ...container.eventAttributes, ...extra };
    this.emit({ type: "container", action, id: container.dockerId, attributes });
  }

  /** @returns what ends the subscription; both lists of listeners are called once per change */
  onDown(listener: () => void): () => void {
    this.#downListeners.add(listener);
    return () => this.#downListeners.delete(listener);
  }

  onUp(listener: () => void): () => void {
    this.#upListeners.add(listener);
    return () => this.#upListeners.delete(listener);
  }

  setUp(isUp: boolean): void {
    this.isUp = isUp;
    for (const listener of [...(isUp ? this.#upListeners : this.#downListeners)]) listener();
  }
}
