/**
 * A Docker daemon that exists only in memory: it behaves as the real one does where the engine can tell the
 * difference, follows scripts, misbehaves on demand, and lives in the time of the clock that it is given.
 *
 * ```ts
 * const clock = new SimulatedClock();
 * const docker = new SimulatedDocker({ clock, seed: 7 });
 * docker.image("web:1", { run: handlesSigterm({ afterMs: 200 }), health: healthyAfter(3) });
 * docker.faults.next("startContainer", { kind: "errorAfterEffect" });
 * const engine = makeEngine({ docker: docker.client(), clock });
 * ```
 */
import type { Clock } from "../../ports/clock.ts";
import type { ContainerInspection, DaemonInfo, DaemonVersion } from "../../ports/docker-client.ts";
import { SeededRandom } from "../seeded-random.ts";
import { type ContainerScript, runsForever } from "./behaviour.ts";
import { Chaos } from "./chaos.ts";
import { SimulatedDockerClient } from "./client.ts";
import { runsCommand } from "./commands.ts";
import { type CallRecord, Connection, type Exchange } from "./connection.ts";
import type { SimulatedContainer } from "./container.ts";
import { inspectContainer } from "./container-inspect.ts";
import { pauseContainer, unpauseContainer } from "./container-pause.ts";
import { renameContainer } from "./container-rename.ts";
import { killDaemon, startDaemon, stopDaemon } from "./daemon-lifecycle.ts";
import { DaemonState } from "./daemon-state.ts";
import { DEFAULT_EVENT_LIMIT, type SimulatedEvent } from "./event-log.ts";
import { Faults } from "./faults.ts";
import type { ImageConfig } from "./image-store.ts";
import { instantLatency, type LatencyTable } from "./latency.ts";
import { formatReference, parseReference } from "./references.ts";
import type { ImageSpec, SimulatedRegistry } from "./registry.ts";

export type SimulatedDockerOptions = {
  readonly clock: Clock;
  /** Seeds ids, latencies and whatever else is drawn; 0 unless set. */
  readonly seed?: number | string;
  /** How long calls take; no time unless set. */
  readonly latency?: LatencyTable;
  readonly version?: Partial<DaemonVersion>;
  readonly info?: Partial<DaemonInfo>;
  /** Do containers outlive the daemon? Not unless set; also {@link SimulatedDocker.liveRestore}. */
  readonly liveRestore?: boolean;
  /** How many events the daemon keeps for `since`. */
  readonly eventLimit?: number;
  readonly endpoint?: string;
};

export type SimulatedImageSpec = ImageSpec & {
  /** Where it is at first: in the registry, in the daemon, or (unless set) in both. */
  readonly where?: "registry" | "daemon" | "both";
};

const VERSION: DaemonVersion = {
  version: "28.2.2",
  apiVersion: "1.50",
  minApiVersion: "1.24",
  os: "linux",
  arch: "amd64",
};
const INFO: DaemonInfo = {
  id: "simulated",
  name: "simulated-docker",
  cpus: 8,
  memoryMiB: 32_768,
  cgroupDriver: "systemd",
  cgroupVersion: "2",
  logDrivers: ["json-file", "local", "none", "awslogs", "fluentd", "syslog", "journald", "gelf", "splunk"],
  liveRestore: false,
  dockerRootDir: "/var/lib/docker",
  securityOptions: ["name=seccomp,profile=builtin", "name=cgroupns"],
};

/** An image without a command would be refused at create. */
const DEFAULT_COMMAND = ["app"];

export class SimulatedDocker {
  /** What goes wrong. */
  readonly faults: Faults;
  /** Everything inside, for tests that look closely. */
  readonly state: DaemonState;
  readonly #exchange: Exchange;
  readonly #endpoint: string;
  readonly #chaos: Chaos;

  constructor(options: SimulatedDockerOptions) {
    const { clock, seed = 0, latency = instantLatency } = options;
    const liveRestore = options.liveRestore ?? options.info?.liveRestore ?? false;
    this.state = new DaemonState({
      clock,
      random: new SeededRandom(seed).fork("docker"),
      version: { ...VERSION, ...options.version },
      info: { ...INFO, ...options.info, liveRestore },
      eventLimit: options.eventLimit ?? DEFAULT_EVENT_LIMIT,
    });
    this.#chaos = new Chaos(this.state, (kind) => this.faults.count(kind));
    this.faults = new Faults(this.#chaos);
    this.#endpoint = options.endpoint ?? "simulated://docker";
    this.#exchange = { state: this.state, faults: this.faults, latency, startsUnderWay: 0, observers: new Set() };
  }

  /** A new connection; several may be open, and each can be cut by itself. */
  client(): SimulatedDockerClient {
    return new SimulatedDockerClient(this.connection());
  }

  /** For other ways in than the port, such as the HTTP server. */
  connection(): Connection {
    return new Connection(this.#exchange, this.#endpoint);
  }

  /**
   * Puts an image into the registry and the daemon, and says what its containers do. Without `run` they run the few
   * shell commands that are known here, or else stay up. A name used again moves to the new image; without `where`
   * both in the registry and in the daemon.
   */
  image(name: string, spec: SimulatedImageSpec = {}): { readonly imageId: string; readonly digest: string } {
    const { where = "both" } = spec;
    const config: ImageConfig = { cmd: DEFAULT_COMMAND, ...spec.config };
    const complete = { ...spec, run: spec.run ?? runsCommand({ otherwise: runsForever() }), config };
    const image = where === "daemon" ? this.registry.make(complete) : this.registry.publish(name, complete);
    if (where !== "registry") {
      const reference = parseReference(name);
      const names = { tag: formatReference(reference), repoDigest: `${reference.repository}@${image.digest}` };
      this.state.images.add(image, where === "daemon" ? { tag: names.tag } : names, this.state.clock.now());
    }
    return { imageId: image.imageId, digest: image.digest };
  }

  /**
   * Says what certain containers do, over what their image says. A text is a container's name in its task definition
   * (label `com.amazonaws.ecs.container-name`) or a Docker name; a pattern looks at the Docker name. Holds for
   * containers that are created from now on; the newest rule that fits wins.
   */
  container(pattern: string | RegExp, script: ContainerScript): void {
    this.state.scripts.add(pattern, script);
  }

  get registry(): SimulatedRegistry {
    return this.state.registry;
  }

  /** All containers, the oldest first, without a call to the daemon. */
  containers(): readonly ContainerInspection[] {
    return [...this.state.containers].map(inspectContainer);
  }

  /** By Docker name or id, or by the name in the task definition (the newest of them). */
  find(name: string): ContainerInspection | undefined {
    const container = this.#find(name);
    return container === undefined ? undefined : inspectContainer(container);
  }

  /** Lines that a container has printed so far. */
  logOf(name: string): readonly string[] {
    return (this.#find(name)?.log.read({}) ?? []).map(({ text }) => text);
  }

  /** Sends a container a signal behind the engine's back, as `docker kill` by hand would. */
  signal(name: string, signal: string): void {
    this.#find(name)?.process?.raise(signal);
  }

  /** Gives a container another name behind the engine's back, as `docker rename` by hand would. */
  rename(name: string, newName: string): void {
    const container = this.#find(name);
    if (container !== undefined) renameContainer(this.state, container, newName);
  }

  /** Freezes a container behind the engine's back, as `docker pause` by hand would. */
  pause(name: string): void {
    const container = this.#find(name);
    if (container !== undefined) pauseContainer(this.state, container);
  }

  unpause(name: string): void {
    const container = this.#find(name);
    if (container !== undefined) unpauseContainer(this.state, container);
  }

  /** Every event from now on, with those that feeds never show. @returns what ends it */
  onEvent(listener: (event: SimulatedEvent) => void): () => void {
    return this.state.events.subscribe(listener);
  }

  /** Every finished call of every client. @returns what ends it */
  onCall(observer: (record: CallRecord) => void): () => void {
    this.#exchange.observers.add(observer);
    return () => this.#exchange.observers.delete(observer);
  }

  setLatency(latency: LatencyTable): void {
    Object.assign(this.#exchange, { latency });
  }

  get liveRestore(): boolean {
    return this.state.liveRestore;
  }

  set liveRestore(liveRestore: boolean) {
    this.state.liveRestore = liveRestore;
  }

  get isUp(): boolean {
    return this.state.isUp;
  }

  /** See {@link stopDaemon}. */
  stopDaemon(): void {
    stopDaemon(this.state);
  }

  /** See {@link killDaemon}. */
  killDaemon(): void {
    killDaemon(this.state);
  }

  /** See {@link startDaemon}. */
  startDaemon(): void {
    startDaemon(this.state);
  }

  /** Stops the daemon now and starts it after this long. */
  restartDaemon({ downMs = 1_000, kill = false }: { readonly downMs?: number; readonly kill?: boolean } = {}): void {
    this.#chaos.restart({ downMs, kill });
  }

  /** No more faults, and a daemon that is down comes up. */
  calm(): void {
    this.faults.calm();
    this.startDaemon();
  }

  #find(name: string): SimulatedContainer | undefined {
    const exact = this.state.findContainer(name);
    if (exact !== undefined) return exact;
    return [...this.state.containers].findLast(
      (container) => container.labels["com.amazonaws.ecs.container-name"] === name,
    );
  }
}
