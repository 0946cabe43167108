/** `docker exec`: commands beside a container's main process. Source of the answers: observed on Docker 20.10. */
import type { OutputStream } from "./behaviour.ts";
import { isKnownCommand, runsWords } from "./commands.ts";
import type { SimulatedContainer } from "./container.ts";
import { processIn } from "./container-start.ts";
import type { DaemonState } from "./daemon-state.ts";
import type { SimulatedProcess } from "./process.ts";
import { DockerRefusal } from "./refusal.ts";

export type ExecRequest = {
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly tty: boolean;
  readonly attachStdin: boolean;
  readonly attachStdout: boolean;
  readonly attachStderr: boolean;
};
export type ExecOutput = { readonly print: (text: string, stream: OutputStream) => void; readonly ended: () => void };

/** What Docker records when the program is not there. */
const NOT_STARTED_EXIT_CODE = 126;
const UNKNOWN_COMMAND_EXIT_CODE = 0;

/** INVARIANT: `exitCode` is there from its end on, and `process` only while it runs. */
export class SimulatedExec {
  readonly id: string;
  readonly container: SimulatedContainer;
  readonly request: ExecRequest;
  process: SimulatedProcess | undefined;
  hasBegun = false;
  exitCode: number | undefined;
  pid = 0;

  constructor(id: string, container: SimulatedContainer, request: ExecRequest) {
    this.id = id;
    this.container = container;
    this.request = request;
  }

  /** Its container's main process is gone. */
  kill(): void {
    this.process?.receive("SIGKILL");
  }
}

/** @throws {DockerRefusal} 409 when the container is paused or does not run, 400 without a command */
export function createExec(state: DaemonState, container: SimulatedContainer, request: ExecRequest): SimulatedExec {
  if (request.command.length === 0) throw new DockerRefusal(400, "No exec command specified");
  refuseUnlessAwake(container);
  const exec = new SimulatedExec(state.random.hex(64), container, request);
  container.addExec(exec);
  state.emitContainer(container, `exec_create: ${wordsOf(request)}`, { execID: exec.id });
  return exec;
}

/** @throws {DockerRefusal} 404; ended ones can be looked at until their container starts again or is removed */
export function getExec(state: DaemonState, id: string): SimulatedExec {
  for (const { execs } of state.containers) {
    const exec = execs.get(id);
    if (exec !== undefined) return exec;
  }
  throw new DockerRefusal(404, `No such exec instance: ${id}`);
}

/** @throws {DockerRefusal} 409 when it has run already, or its container cannot run it; 400 for a missing program */
export function startExec(state: DaemonState, exec: SimulatedExec, output: ExecOutput): void {
  const { container, request } = exec;
  if (exec.hasBegun) throw new DockerRefusal(409, `Error: Exec command ${exec.id} has already run`);
  refuseUnlessAwake(container);
  exec.hasBegun = true;
  container.execsBegun += 1;
  state.emitContainer(container, `exec_start: ${wordsOf(request)}`, { execID: exec.id });
  const process = makeProcess(state, exec, output);
  exec.process = process;
  exec.pid = state.nextPid++;
  try {
    play(exec, process);
  } catch (failure) {
    if (!(failure instanceof DockerRefusal)) throw failure;
    process.vanish();
    Object.assign(exec, { process: undefined, pid: 0, exitCode: NOT_STARTED_EXIT_CODE });
    throw failure;
  }
  process.started();
}

function makeProcess(state: DaemonState, exec: SimulatedExec, output: ExecOutput): SimulatedProcess {
  const { container, request } = exec;
  const surroundings = {
    clock: state.clock,
    print: output.print,
    ended: ({ exitCode }: { readonly exitCode: number }) => {
      exec.process = undefined;
      exec.exitCode = exitCode;
      state.emitContainer(container, "exec_die", { execID: exec.id, exitCode: String(exitCode) });
      output.ended();
    },
  };
  return processIn(container, surroundings, request);
}

/** By its script, as a known command, or as the image's program that nobody knows: those end well and say nothing. */
function play({ container, request }: SimulatedExec, process: SimulatedProcess): void {
  const { command } = request;
  const call = { number: container.execsBegun, attempt: container.starts, command, env: process.env };
  const result = container.script.exec?.(call);
  if (result === undefined && isKnownCommand(command)) {
    runsWords(process);
    return;
  }
  if (result === undefined && command[0]?.startsWith("/") === true) throw programMissing(command[0]);
  const { exitCode = UNKNOWN_COMMAND_EXIT_CODE, stdout = "", stderr = "", tookMs = 0 } = result ?? {};
  process.after(tookMs, () => {
    if (stdout !== "") process.print(stdout);
    if (stderr !== "") process.print(stderr, "stderr");
    process.exit(exitCode);
  });
}

function refuseUnlessAwake({ isPaused, isRunning, dockerId }: SimulatedContainer): void {
  if (isPaused) throw new DockerRefusal(409, `Container ${dockerId} is paused, unpause the container before exec`);
  if (!isRunning) throw new DockerRefusal(409, `Container ${dockerId} is not running`);
}

function programMissing(program: string): DockerRefusal {
  const what = `exec: "${program}": stat ${program}: no such file or directory: unknown`;
  return new DockerRefusal(400, `OCI runtime exec failed: exec failed: unable to start container process: ${what}`);
}

/** Docker leaves a space for arguments that are not there. */
function wordsOf({ command: [program = "", ...args] }: ExecRequest): string {
  return `${program} ${args.join(" ")}`;
}
