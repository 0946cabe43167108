/** What tasks share: host ports, and pulls of one image. What happens to one of them must not befall another. */
import { requestedHostPorts } from "../../core/host-ports.ts";
import type { Container, Task } from "../../core/task.ts";
import type { SimulatedEvent } from "../simulated-docker/index.ts";
import type { Fail } from "./check-order.ts";
import type { History } from "./history.ts";

/** Longer than a create may be on its way after its port was chosen. */
const LONG_HELD_MS = 60_000;
/** The reasons with which work is cancelled of which nobody needs the outcome. */
const CANCELLED = /nobody waits any more|pull is not needed any more/;

/** Who fails over a pull that was given up was not the one who gave it up: that one is not told. */
export function checkPullsOf(task: Task, fail: Fail): void {
  for (const { name, error, pullError } of task.containers) {
    const told = [error, pullError].find((each) => each !== undefined && CANCELLED.test(each.message));
    if (told !== undefined) fail(`${name} is told "${told.message}", which is about another's pull`);
  }
}

/** At the create: no port that the engine chose is one that another container of its own has had for long. */
export function checkChosenPorts(history: History, event: SimulatedEvent, fail: Fail): void {
  const found = history.findByName(history.nameIn(event));
  const made = history.docker.state.findContainer(event.id);
  if (event.action !== "create" || found === undefined || made === undefined) return;
  const { task, container } = found;
  const fixed = requestedHostPorts(task, container).map(({ choice, hostPort }) =>
    choice === "fixed" ? hostPort : undefined,
  );
  const bindings = Object.entries(made.body.HostConfig?.PortBindings ?? {});
  for (const [port, hosts] of bindings) {
    for (const { HostPort } of hosts ?? []) {
      const hostPort = Number(HostPort);
      if (fixed.includes(hostPort)) continue;
      const holder = longHolderOf(history, hostPort, port.endsWith("/udp") ? "udp" : "tcp", container);
      if (holder !== undefined)
        fail(`host port ${hostPort} was chosen for ${container.name} although ${holder} has it`);
    }
  }
}

function longHolderOf(history: History, hostPort: number, protocol: string, but: Container): string | undefined {
  const now = history.docker.state.clock.now();
  for (const dockerName of history.running()) {
    const holder = history.objectOf(dockerName);
    if (holder === undefined || dockerName === but.dockerName) continue;
    const hasIt = holder.ports.some((each) => each.hostPort === hostPort && each.protocol === protocol);
    if (hasIt && now - (holder.startedAt ?? now) > LONG_HELD_MS) return history.findByName(dockerName)?.container.name;
  }
  return undefined;
}
