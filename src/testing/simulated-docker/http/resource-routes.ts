/** Volumes and networks. */

import { dockerTime } from "../json/container-json.ts";
import type { SimulatedNetwork } from "../network-store.ts";
import type { DockerOperation } from "../operations.ts";
import { DockerRefusal } from "../refusal.ts";
import type { SimulatedVolume } from "../volume-store.ts";
import { type ApiRequest, labelFilter, stringsIn } from "./api-request.ts";
import type { Route } from "./routes.ts";

export const resourceRoutes: readonly Route[] = [
  ["GET", /^\/volumes$/, listVolumes],
  ["POST", /^\/volumes\/create$/, createVolume],
  ["GET", /^\/volumes\/([^/]+)$/, inspectVolume],
  ["DELETE", /^\/volumes\/([^/]+)$/, removeVolume],
  ["GET", /^\/networks$/, listNetworks],
  ["POST", /^\/networks\/create$/, createNetwork],
  ["GET", /^\/networks\/([^/]+)$/, inspectNetwork],
  ["DELETE", /^\/networks\/([^/]+)$/, removeNetwork],
];

function perform<T>(request: ApiRequest, operation: DockerOperation, effect: () => T): Promise<T> {
  const { connection, subject, signal } = request;
  return connection.perform({ operation, subject, timeoutMs: 0, signal }, effect);
}

async function listVolumes(request: ApiRequest): Promise<void> {
  const labels = labelFilter(request.filters());
  const volumes = await perform(request, "listVolumes", () => request.state.volumes.list(labels));
  request.json(200, { Volumes: volumes.map(volumeJson), Warnings: [] });
}

async function createVolume(request: ApiRequest): Promise<void> {
  const { state } = request;
  const { Name: name, Driver: driver, DriverOpts: options, Labels: labels } = await request.jsonBody();
  const wanted = {
    name: typeof name === "string" && name !== "" ? name : state.random.hex(64),
    driver: typeof driver === "string" && driver !== "" ? driver : "local",
    options: stringsIn(options),
    labels: stringsIn(labels),
  };
  const volume = await perform(request, "createVolume", () => state.volumes.create(wanted, state.clock.now()));
  request.json(201, volumeJson(volume));
}

async function inspectVolume(request: ApiRequest): Promise<void> {
  const volume = await perform(request, "inspectVolume", () => request.state.volumes.find(request.subject));
  if (volume === undefined) throw new DockerRefusal(404, `get ${request.subject}: no such volume`);
  request.json(200, volumeJson(volume));
}

async function removeVolume(request: ApiRequest): Promise<void> {
  await perform(request, "removeVolume", () => request.state.volumes.remove(request.subject));
  request.empty(204);
}

function volumeJson(volume: SimulatedVolume): Readonly<Record<string, unknown>> {
  return {
    Name: volume.name,
    Driver: volume.driver,
    Mountpoint: volume.mountpoint,
    CreatedAt: dockerTime(volume.createdAt),
    Labels: volume.labels,
    Options: volume.options,
    Scope: "local",
  };
}

async function listNetworks(request: ApiRequest): Promise<void> {
  const labels = labelFilter(request.filters());
  const networks = await perform(request, "listNetworks", () => request.state.networks.list(labels));
  request.json(200, networks.map(networkJson));
}

async function createNetwork(request: ApiRequest): Promise<void> {
  const { Name: name, Driver: driver, Labels: labels } = await request.jsonBody();
  if (typeof name !== "string" || name === "") throw new DockerRefusal(400, "network name cannot be empty");
  const wanted = {
    name,
    driver: typeof driver === "string" && driver !== "" ? driver : "bridge",
    labels: stringsIn(labels),
  };
  const { id } = await perform(request, "createNetwork", () => request.state.networks.create(wanted));
  request.json(201, { Id: id, Warning: "" });
}

async function inspectNetwork(request: ApiRequest): Promise<void> {
  const network = request.state.networks.find(request.subject);
  if (network === undefined) throw new DockerRefusal(404, `network ${request.subject} not found`);
  request.json(200, networkJson(network));
}

async function removeNetwork(request: ApiRequest): Promise<void> {
  await perform(request, "removeNetwork", () => request.state.networks.remove(request.subject));
  request.empty(204);
}

function networkJson({ id, name, driver, labels, users }: SimulatedNetwork): Readonly<Record<string, unknown>> {
  const containers = Object.fromEntries([...users].map((dockerId) => [dockerId, {}]));
  return { Id: id, Name: name, Driver: driver, Labels: labels, Scope: "local", Options: {}, Containers: containers };
}
