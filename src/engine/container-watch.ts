/**
 * Learns what happens to our containers: events make it fast, a list by label at every (re)connection and at intervals
 * makes it certain. Looks are level-triggered: at most one under way for a container, and one more if something
 * happened meanwhile. Source: design rule 3; W-40 to W-43; EVT-1 to EVT-6; peers 1, 2, 91.
 */
import type { DockerId, DockerName } from "../core/brand.ts";
import { asEpochMs } from "../core/brand.ts";
import { isUp } from "../core/machine/derive.ts";
import type { Input } from "../core/machine/input.ts";
import type { Container, Task } from "../core/task.ts";
import type { Clock } from "../ports/clock.ts";
import type { ContainerSummary, DockerClient, DockerEvent, FeedItem } from "../ports/docker-client.ts";
import type { Log } from "../ports/log.ts";
import { toNamedError } from "./failure.ts";
import type { Strays } from "./strays.ts";

export type ContainerWatchPorts = {
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly labels: Readonly<Record<string, string>>;
  readonly relistIntervalMs: number;
  readonly signal: AbortSignal;
  readonly tasks: () => Iterable<Task>;
  readonly strays: Strays;
  readonly findByDockerId: (dockerId: DockerId) => { readonly task: Task; readonly container: Container } | undefined;
  readonly send: (taskArn: string, input: Input) => void;
  readonly observe: (taskArn: Task["arn"], containerName: string, lastExitCode?: number) => Promise<void>;
};

type Look = { again: boolean; exitCode: number | undefined };

export class ContainerWatch {
  readonly #ports: ContainerWatchPorts;
  /** Those under way, by the name of the container, which it keeps for life. */
  readonly #looks = new Map<DockerName, Look>();
  #relisting = false;
  #removing = false;

  constructor(ports: ContainerWatchPorts) {
    this.#ports = ports;
  }

  /** Opens the feed; resolves when it is subscribed, so that nothing falls between it and the first list. */
  async open(): Promise<void> {
    const feed = this.#ports.client
      .events({ labels: this.#ports.labels, signal: this.#ports.signal })
      [Symbol.asyncIterator]();
    await feed.next();
    void this.#follow(feed);
    this.#scheduleRelist();
  }

  async #follow(feed: AsyncIterator<FeedItem>): Promise<void> {
    try {
      for (let item = await feed.next(); item.done !== true; item = await feed.next()) {
        if (item.value.type === "connected") void this.relist();
        else this.#take(item.value.event);
      }
    } catch (error) {
      if (!this.#ports.signal.aborted) this.#ports.log.error("Event feed broke; relists go on", { error });
    }
  }

  #take(event: DockerEvent): void {
    // No news, and one comes with each container.
    if (event.action === "create" || event.action === "oom") return;
    const found = this.#ports.findByDockerId(event.dockerId);
    if (found === undefined) return;
    const { task, container } = found;
    switch (event.action) {
      case "health_status: healthy":
        this.#tellHealth(task, container, "healthy");
        // What the check printed is not in the event, and nobody waits for it.
        this.#look(task, container, undefined);
        break;
      case "start":
        // Our own start is looked at when it is answered.
        if (!isStarting(container)) this.#look(task, container, undefined);
        break;
      case "health_status: unhealthy":
      case "die":
      case "destroy":
        this.#look(task, container, event.exitCode);
        break;
      case "stop":
      case "restart":
        if (container.knownStatus !== "STOPPED") this.#look(task, container, undefined);
        break;
    }
  }

  /** At once, from the event: who waits for HEALTHY must not wait for a look. */
  #tellHealth(task: Task, container: Container, status: "healthy"): void {
    const observation = { kind: "health", health: { status } } as const;
    this.#ports.send(task.arn, { type: "containerObserved", containerName: container.name, observation });
  }

  #look(task: Task, container: Container, exitCode: number | undefined): void {
    const underWay = this.#looks.get(container.dockerName);
    if (underWay !== undefined) {
      underWay.again = true;
      underWay.exitCode = exitCode ?? underWay.exitCode;
      return;
    }
    const look: Look = { again: true, exitCode };
    this.#looks.set(container.dockerName, look);
    void this.#lookWhileNews(look, task, container);
  }

  async #lookWhileNews(look: Look, task: Task, container: Container): Promise<void> {
    while (look.again && !this.#ports.signal.aborted) {
      look.again = false;
      await this.#ports.observe(task.arn, container.name, look.exitCode);
    }
    this.#looks.delete(container.dockerName);
  }

  /** One list of everything of ours, compared with what is known; only differences are looked at. */
  async relist(): Promise<void> {
    if (this.#relisting || this.#ports.signal.aborted) return;
    this.#relisting = true;
    try {
      const { client, labels, signal } = this.#ports;
      const listed = new Map(
        (await client.listContainers({ all: true, labels }, { signal })).map((each) => [each.dockerId, each]),
      );
      for (const task of this.#ports.tasks()) {
        for (const container of task.containers) {
          if (needsLook(container, listed)) this.#look(task, container, undefined);
        }
      }
      void this.#removeLate([...listed.values()]);
    } catch (error) {
      if (!this.#ports.signal.aborted) {
        this.#ports.log.warn("Cannot list containers", { error: toNamedError(error, "CannotListContainersError") });
      }
    } finally {
      this.#relisting = false;
    }
  }

  /** Nobody waits for it: a removal may take minutes, and the next list must not. */
  async #removeLate(listed: readonly ContainerSummary[]): Promise<void> {
    if (this.#removing) return;
    this.#removing = true;
    await this.#ports.strays.removeLate(listed, this.#ports);
    this.#removing = false;
  }

  #scheduleRelist(): void {
    // Whoever ends while the feed was being opened leaves no timer.
    if (this.#ports.signal.aborted) return;
    const at = asEpochMs(this.#ports.clock.now() + this.#ports.relistIntervalMs);
    const cancel = this.#ports.clock.schedule(at, () => {
      this.#ports.signal.removeEventListener("abort", cancel);
      void this.relist();
      this.#scheduleRelist();
    });
    this.#ports.signal.addEventListener("abort", cancel, { once: true });
  }
}

function isStarting({ inFlight }: Container): boolean {
  return inFlight?.action === "start" || inFlight?.action === "restart";
}

/** Does the list contradict what is known, or can it not tell (health)? */
function needsLook(container: Container, listed: ReadonlyMap<DockerId, ContainerSummary>): boolean {
  if (container.dockerId === undefined || container.removed) return false;
  const state = listed.get(container.dockerId)?.state;
  const runs = state === "running" || state === "paused" || state === "restarting";
  if (isUp(container)) return !runs || (container.hasHealthCheck && container.health.status === "UNKNOWN");
  if (container.knownStatus === "STOPPED") return runs && container.inFlight === undefined;
  return container.inFlight === undefined && (runs || state === undefined);
}
