import { asDockerName } from "../../../core/brand.ts";
import type { CreateBody } from "../../../ports/docker-client.ts";
import type { SimulatedContainer } from "../container.ts";
import { createContainer } from "../container-create.ts";
import { listContainers } from "../container-inspect.ts";
import { pauseContainer, unpauseContainer } from "../container-pause.ts";
import { renameContainer } from "../container-rename.ts";
import { startContainer } from "../container-start.ts";
import { killContainer, removeContainer, restartContainer, stopContainer } from "../container-stop.ts";
import { containerJson, containerSummaryJson } from "../json/container-json.ts";
import type { DockerOperation } from "../operations.ts";
import { DockerRefusal } from "../refusal.ts";
import { type ApiRequest, isRecord, labelFilter } from "./api-request.ts";
import type { Route } from "./routes.ts";

const DEFAULT_GRACE_SECONDS = 10;

export const containerRoutes: readonly Route[] = [
  ["GET", /^\/containers\/json$/, list],
  ["POST", /^\/containers\/create$/, create],
  ["GET", /^\/containers\/([^/]+)\/json$/, inspect],
  ["POST", /^\/containers\/([^/]+)\/start$/, start],
  ["POST", /^\/containers\/([^/]+)\/stop$/, stop],
  ["POST", /^\/containers\/([^/]+)\/restart$/, restart],
  ["POST", /^\/containers\/([^/]+)\/kill$/, kill],
  ["POST", /^\/containers\/([^/]+)\/pause$/, pause],
  ["POST", /^\/containers\/([^/]+)\/unpause$/, unpause],
  ["POST", /^\/containers\/([^/]+)\/rename$/, rename],
  ["POST", /^\/containers\/([^/]+)\/wait$/, wait],
  ["POST", /^\/containers\/([^/]+)\/resize$/, async (request) => request.empty(200)],
  ["DELETE", /^\/containers\/([^/]+)$/, remove],
];

/** The limits are the client's business: over HTTP the daemon has none. */
function perform<T>(request: ApiRequest, operation: DockerOperation, effect: () => T | Promise<T>): Promise<T> {
  const { connection, subject, signal } = request;
  return connection.perform({ operation, subject, timeoutMs: 0, signal }, effect);
}

async function list(request: ApiRequest): Promise<void> {
  const filters = request.filters();
  const containers = await perform(request, "listContainers", () =>
    listContainers(request.state, {
      all: request.flag("all") || filters.status !== undefined,
      labels: labelFilter(filters),
    }).filter((container) => fits(container, filters)),
  );
  const now = request.state.clock.now();
  request.json(
    200,
    containers.map((container) => containerSummaryJson(container, now)),
  );
}

/** Every filter that is named must have one value that fits. */
function fits(container: SimulatedContainer, filters: Readonly<Record<string, readonly string[]>>): boolean {
  const { id, name, status } = filters;
  return (
    (id === undefined || id.some((prefix) => container.dockerId.startsWith(prefix))) &&
    (name === undefined || name.some((part) => `/${container.dockerName}`.includes(part))) &&
    (status === undefined || status.includes(container.stateWord))
  );
}

async function create(request: ApiRequest): Promise<void> {
  const body = await request.jsonBody();
  const autoRemove = isRecord(body.HostConfig) && body.HostConfig.AutoRemove === true;
  if (!isCreateBody(body)) throw new DockerRefusal(400, "config cannot be empty in order to create a container");
  const name = asDockerName(request.query.get("name") || `simulated-${request.state.random.hex(10)}`);
  const { connection, signal, state } = request;
  const call = { operation: "createContainer", subject: name, timeoutMs: 0, signal } as const;
  const container = await connection.perform(call, () => createContainer(state, { name, body }));
  if (autoRemove) removeAtExit(request, container);
  request.json(201, { Id: container.dockerId, Warnings: [] });
}

function isCreateBody(body: Readonly<Record<string, unknown>>): body is CreateBody & Readonly<Record<string, unknown>> {
  return typeof body.Image === "string" && body.Image !== "";
}

/** Also when it cannot be started at all. */
function removeAtExit({ state }: ApiRequest, container: SimulatedContainer): void {
  const remove = (): void => {
    if (state.findContainer(container.dockerId) === container) {
      removeContainer(state, container, { force: false, removeVolumes: true });
    }
  };
  container.onExit(remove);
  container.startFailed = remove;
}

async function inspect(request: ApiRequest): Promise<void> {
  const container = await perform(request, "inspectContainer", () => request.state.getContainer(request.subject));
  request.json(200, containerJson(container));
}

async function start(request: ApiRequest): Promise<void> {
  await perform(request, "startContainer", () =>
    startContainer(request.state, request.state.getContainer(request.subject)),
  );
  request.empty(204);
}

async function stop(request: ApiRequest): Promise<void> {
  await perform(request, "stopContainer", () => {
    const container = request.state.getContainer(request.subject);
    return stopContainer(request.state, container, graceMs(request, container));
  });
  request.empty(204);
}

async function restart(request: ApiRequest): Promise<void> {
  const container = request.state.getContainer(request.subject);
  await restartContainer(request.state, container, graceMs(request, container));
  request.empty(204);
}

/** The call's, the container's, or ten seconds; a negative one means for ever. */
function graceMs({ query }: ApiRequest, { body }: SimulatedContainer): number {
  const asked = query.get("t");
  const seconds = asked === null || asked === "" ? (body.StopTimeout ?? DEFAULT_GRACE_SECONDS) : Number(asked);
  return seconds < 0 ? Number.MAX_SAFE_INTEGER : seconds * 1_000;
}

async function kill(request: ApiRequest): Promise<void> {
  const signal = request.query.get("signal") || "SIGKILL";
  await perform(request, "killContainer", () =>
    killContainer(request.state, request.state.getContainer(request.subject), signal),
  );
  request.empty(204);
}

/** These three are for others than the engine, and so are no operations that its faults could strike. */
async function pause(request: ApiRequest): Promise<void> {
  pauseContainer(request.state, request.state.getContainer(request.subject));
  request.empty(204);
}

async function unpause(request: ApiRequest): Promise<void> {
  unpauseContainer(request.state, request.state.getContainer(request.subject));
  request.empty(204);
}

async function rename(request: ApiRequest): Promise<void> {
  const container = request.state.getContainer(request.subject);
  renameContainer(request.state, container, request.query.get("name") ?? "");
  request.empty(204);
}

/** Answers when the container does not run, when its next run has ended, or when it is gone. */
async function wait(request: ApiRequest): Promise<void> {
  const container = request.state.getContainer(request.subject);
  const condition = request.query.get("condition") || "not-running";
  const response = request.begin("application/json");
  const answer = (): void => {
    response.end(`${JSON.stringify({ StatusCode: container.exitCode })}\n`);
  };
  if (condition === "removed") onRemoval(request, container, answer);
  else if (condition === "not-running" && !container.isRunning) answer();
  else container.onExit(answer);
}

function onRemoval({ signal, state }: ApiRequest, container: SimulatedContainer, action: () => void): void {
  const unsubscribe = state.events.subscribe((event) => {
    if (event.action === "destroy" && event.id === container.dockerId) action();
  });
  signal.addEventListener("abort", unsubscribe, { once: true });
}

async function remove(request: ApiRequest): Promise<void> {
  const how = { force: request.flag("force"), removeVolumes: request.flag("v") };
  await perform(request, "removeContainer", () =>
    removeContainer(request.state, request.state.getContainer(request.subject), how),
  );
  request.empty(204);
}
