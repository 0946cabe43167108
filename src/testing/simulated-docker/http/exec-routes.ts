/** `docker exec` over HTTP: create, start (attached or not), inspect. */
import type { Writable } from "node:stream";
import type { OutputStream } from "../behaviour.ts";
import { createExec, type ExecRequest, getExec, type SimulatedExec, startExec } from "../exec.ts";
import { DockerRefusal } from "../refusal.ts";
import type { ApiRequest } from "./api-request.ts";
import { contentTypeFor, frameOf, takeOver } from "./plain-stream.ts";
import type { Route } from "./routes.ts";

export const execRoutes: readonly Route[] = [
  ["POST", /^\/containers\/([^/]+)\/exec$/, create],
  ["POST", /^\/exec\/([^/]+)\/start$/, start],
  ["POST", /^\/exec\/([^/]+)\/resize$/, async (request) => request.empty(200)],
  ["GET", /^\/exec\/([^/]+)\/json$/, inspect],
];

async function create(request: ApiRequest): Promise<void> {
  const container = request.state.getContainer(request.subject);
  const exec = createExec(request.state, container, requestOf(await request.jsonBody()));
  request.json(201, { Id: exec.id });
}

function requestOf(body: Readonly<Record<string, unknown>>): ExecRequest {
  return {
    command: stringsOf(body.Cmd),
    env: stringsOf(body.Env),
    tty: body.Tty === true,
    attachStdin: body.AttachStdin === true,
    attachStdout: body.AttachStdout === true,
    attachStderr: body.AttachStderr === true,
  };
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

async function start(request: ApiRequest): Promise<void> {
  const options = await request.jsonBody();
  const exec = getExec(request.state, request.subject);
  if (options.Detach === true) {
    startExec(request.state, exec, { print: () => undefined, ended: () => undefined });
    request.empty(200);
    return;
  }
  refuseUnfit(exec);
  const { attachStdout, attachStderr, tty } = exec.request;
  const socket = takeOver(request, contentTypeFor(tty));
  const isWanted = (stream: OutputStream) => (stream === "stdout" ? attachStdout : attachStderr);
  const write = (text: string, stream: OutputStream): void => {
    if (isWanted(stream)) socket.write(outputOf(text, stream, tty));
  };
  attach(request, exec, { socket, write });
}

/** From here on the head has gone out, so that what fails is told in the output. */
function attach(
  { connection, state }: ApiRequest,
  exec: SimulatedExec,
  { socket, write }: { readonly socket: Writable; readonly write: (text: string, stream: OutputStream) => void },
): void {
  const stopListening = connection.onBroken(() => socket.end());
  const ended = (): void => {
    stopListening();
    socket.end();
  };
  try {
    startExec(state, exec, { print: write, ended });
  } catch (failure) {
    if (!(failure instanceof DockerRefusal)) throw failure;
    socket.write(outputOf(`${failure.message}\r`, "stdout", exec.request.tty));
    ended();
  }
}

/** Judged before the connection is taken over, when there is still a status to answer with. */
function refuseUnfit({ container }: SimulatedExec): void {
  const { isPaused, dockerId } = container;
  if (isPaused) throw new DockerRefusal(409, `Container ${dockerId} is paused, unpause the container before exec`);
}

function outputOf(text: string, stream: OutputStream, isRaw: boolean): Buffer {
  const lines = text.endsWith("\n") ? text : `${text}\n`;
  const payload = Buffer.from(isRaw ? lines.replaceAll("\n", "\r\n") : lines);
  return isRaw ? payload : frameOf(stream, payload);
}

async function inspect(request: ApiRequest): Promise<void> {
  const { id, container, process, exitCode, pid, request: asked } = getExec(request.state, request.subject);
  const [entrypoint = "", ...args] = asked.command;
  request.json(200, {
    ID: id,
    Running: process !== undefined,
    ExitCode: exitCode ?? null,
    ProcessConfig: { tty: asked.tty, entrypoint, arguments: args, privileged: false },
    OpenStdin: asked.attachStdin,
    OpenStderr: asked.attachStderr,
    OpenStdout: asked.attachStdout,
    CanRemove: false,
    ContainerID: container.dockerId,
    DetachKeys: "",
    Pid: pid,
  });
}
