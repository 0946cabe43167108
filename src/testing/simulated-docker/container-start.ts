/** `POST /containers/ID/start`, and what follows when the process ends. */
import type { HealthScript } from "./behaviour.ts";
import { runProbe, runsCommand } from "./commands.ts";
import { mergeAttributes, type SimulatedContainer } from "./container.ts";
import type { DaemonState } from "./daemon-state.ts";
import { HealthMonitor, healthPlanOf } from "./health-monitor.ts";
import { wantedPorts } from "./port-table.ts";
import { type ProcessEnd, type ProcessSurroundings, SimulatedProcess } from "./process.ts";
import { DockerRefusal, noSuchContainer, StartRefusal } from "./refusal.ts";
import { applyRun } from "./script-rules.ts";

/** What Docker records when a start failed before there was a process that could have a code. */
const START_FAILED_EXIT_CODE = 128;

/**
 * @throws {DockerRefusal} 304 when it runs already; otherwise the failed start stays on the container (error, exit code)
 *   without a `start` or `die` event
 */
export function startContainer(state: DaemonState, container: SimulatedContainer): void {
  if (container.isPaused) throw new DockerRefusal(409, "cannot start a paused container, try unpause instead");
  if (container.isRunning) throw new DockerRefusal(304, `Container already running: ${container.dockerId}`);
  container.starts++;
  container.forgetExecs();
  container.execsBegun = 0;
  const process = makeProcess(state, container);
  try {
    connect(state, container);
    applyRun(container.script.run, runsCommand())(process);
  } catch (failure) {
    process.vanish();
    disconnect(state, container);
    recordFailedStart(container, failure);
    throw failure;
  }
  markRunning(state, container, process);
  state.emitContainer(container, "start");
  startMonitor(state, container);
  process.started();
}

function markRunning(state: DaemonState, container: SimulatedContainer, process: SimulatedProcess): void {
  container.state = "running";
  container.process = process;
  container.pid = state.nextPid++;
  container.exitCode = 0;
  container.error = "";
  container.oomKilled = false;
  container.startedAt = state.clock.now();
}

function recordFailedStart(container: SimulatedContainer, failure: unknown): void {
  if (!(failure instanceof DockerRefusal)) return;
  container.error = failure.message;
  container.exitCode = failure instanceof StartRefusal ? failure.exitCode : START_FAILED_EXIT_CODE;
  container.startFailed?.();
}

function makeProcess(state: DaemonState, container: SimulatedContainer): SimulatedProcess {
  return processIn(container, {
    clock: state.clock,
    print: (text, stream) => container.log.write(state.clock.now(), stream, text),
    ended: (end) => containerEnded(state, container, end),
  });
}

/** A process among the container's own. */
export function processIn(
  container: SimulatedContainer,
  { clock, print, ended }: Pick<ProcessSurroundings, "clock" | "print" | "ended">,
  {
    command = container.command,
    env = [],
  }: { readonly command?: readonly string[]; readonly env?: readonly string[] } = {},
): SimulatedProcess {
  return new SimulatedProcess({
    clock,
    print,
    ended,
    attempt: container.starts,
    command,
    env: (container.image.config.env ?? []).concat(container.body.Env ?? [], env),
    dockerName: container.dockerName,
    labels: container.labels,
    hasInit: container.hostConfig.Init ?? false,
    mounts: container.mounts.map(({ destination }) => destination),
    files: () => container.files,
  });
}

/** The end of a container is that of all commands in it; those that had begun can still be looked at. */
function endExecs(container: SimulatedContainer): void {
  for (const [id, exec] of container.execs) {
    if (exec.hasBegun) exec.kill();
    else container.forgetExec(id);
  }
}

function containerEnded(state: DaemonState, container: SimulatedContainer, end: ProcessEnd): void {
  container.state = "exited";
  container.isPaused = false;
  container.process = undefined;
  container.pid = 0;
  container.exitCode = end.exitCode;
  container.oomKilled = end.oomKilled;
  container.finishedAt = state.clock.now();
  container.monitor?.stop();
  endExecs(container);
  disconnect(state, container);
  if (end.oomKilled) state.emitContainer(container, "oom");
  state.emit({
    type: "container",
    action: "die",
    id: container.dockerId,
    attributes: mergeAttributes(container.eventAttributes, { exitCode: String(end.exitCode) }),
    exitCode: end.exitCode,
  });
  container.processEnded();
}

/** Anew at each start and after each restart of the daemon. */
export function startMonitor(state: DaemonState, container: SimulatedContainer): void {
  const plan = healthPlanOf(container.body.Healthcheck, container.image.config.healthCheck);
  if (plan === undefined) return;
  const probeText = plan.test.slice(1).join(" ");
  container.monitor?.stop();
  container.monitor = new HealthMonitor(plan, container.script.health ?? runsTestCommand(state, container), {
    clock: state.clock,
    attempt: container.starts,
    probed: (action, exitCode) => {
      if (exitCode !== undefined) return state.emitContainer(container, action, { exitCode: String(exitCode) });
      state.emitContainer(container, `${action}: ${probeText}`);
    },
    changed: (status) => state.emitContainer(container, `health_status: ${status}`),
  });
}

function runsTestCommand(state: DaemonState, container: SimulatedContainer): HealthScript {
  return ({ test }) => {
    const output: string[] = [];
    const beside = processIn(container, {
      clock: state.clock,
      print: (text) => output.push(text),
      ended: () => undefined,
    });
    return { ...runProbe(beside, test), output: output.join("\n") };
  };
}

/** @throws {DockerRefusal} when a network, a link's target or a port is not to be had */
function connect(state: DaemonState, container: SimulatedContainer): void {
  const mode = container.networkMode;
  if (mode === "none" || mode === "host") return;
  if (mode.startsWith("container:")) refuseStoppedTarget(state, mode.slice("container:".length));
  else connectToNetwork(state, container);
}

/** @throws {DockerRefusal} when the network, a link's target or a port is not to be had */
function connectToNetwork(state: DaemonState, container: SimulatedContainer): void {
  const mode = container.networkMode;
  const network = state.networks.find(mode);
  if (network === undefined) throw new DockerRefusal(404, `network ${mode} not found`);
  refuseStoppedLinks(state, container);
  container.ports = state.ports.allocate(
    container.dockerId,
    container.dockerName,
    wantedPorts(container.hostConfig.PortBindings),
  );
  network.users.add(container.dockerId);
  container.ipAddress = state.networks.nextAddress(network);
}

function disconnect(state: DaemonState, container: SimulatedContainer): void {
  if (container.ports.length > 0) state.ports.release(container.dockerId);
  state.networks.find(container.networkMode)?.users.delete(container.dockerId);
  container.ports = [];
  container.ipAddress = undefined;
}

function refuseStoppedTarget(state: DaemonState, target: string): void {
  const container = state.findContainer(target);
  if (container === undefined) throw noSuchContainer(target);
  if (container.isRunning) return;
  throw new DockerRefusal(409, `cannot join network of a non running container: ${container.dockerId}`);
}

function refuseStoppedLinks(state: DaemonState, container: SimulatedContainer): void {
  for (const link of container.hostConfig.Links ?? []) {
    const [target = "", alias = target] = link.split(":");
    if (state.findContainer(target)?.isRunning === true) continue;
    throw new DockerRefusal(
      500,
      `Cannot link to a non running container: /${target} AS /${container.dockerName}/${alias}`,
    );
  }
}
