import type { LayerProgress, RegistryAuth } from "../../../ports/docker-client.ts";
import { ConnectionLost, StreamError } from "../call-failure.ts";
import { importImage } from "../image-import.ts";
import { imageJson, imageSummaryJson } from "../json/image-json.ts";
import type { DockerOperation } from "../operations.ts";
import { pullImage } from "../pull.ts";
import { formatReference, parseReference } from "../references.ts";
import { type ApiRequest, isRecord, stringsIn } from "./api-request.ts";
import type { Route } from "./routes.ts";

export const imageRoutes: readonly Route[] = [
  ["GET", /^\/images\/json$/, list],
  ["POST", /^\/images\/create$/, create],
  ["GET", /^\/images\/(.+)\/json$/, inspect],
  ["POST", /^\/images\/(.+)\/tag$/, tag],
  ["DELETE", /^\/images\/(.+)$/, remove],
  ["GET", /^\/distribution\/(.+)\/json$/, distribution],
];

function perform<T>(request: ApiRequest, operation: DockerOperation, effect: () => T): Promise<T> {
  const { connection, subject, signal } = request;
  return connection.perform({ operation, subject, timeoutMs: 0, signal }, effect);
}

async function list(request: ApiRequest): Promise<void> {
  const images = await perform(request, "listImages", () => request.state.images.list());
  request.json(200, images.map(imageSummaryJson));
}

async function inspect(request: ApiRequest): Promise<void> {
  request.json(200, imageJson(await perform(request, "inspectImage", () => request.state.images.get(request.subject))));
}

async function tag(request: ApiRequest): Promise<void> {
  const target = { repository: request.query.get("repo") ?? "", tag: request.query.get("tag") || "latest" };
  await perform(request, "tagImage", () => request.state.images.tag(request.subject, target));
  request.empty(201);
}

async function remove(request: ApiRequest): Promise<void> {
  const { images } = request.state;
  const untagged = await perform(request, "removeImage", () => {
    const { imageId } = images.get(request.subject);
    images.remove(request.subject, (id) => request.state.findContainer(id)?.isRunning ?? false);
    return imageId;
  });
  const deleted = images.find(untagged) === undefined ? [{ Deleted: untagged }] : [];
  request.json(200, [{ Untagged: request.subject }, ...deleted]);
}

async function distribution(request: ApiRequest): Promise<void> {
  const { digest } = await perform(request, "inspectDistribution", () =>
    request.state.registry.find(request.subject, authOf(request)),
  );
  const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
  request.json(200, { Descriptor: { mediaType, digest, size: 1_024 }, Platforms: [] });
}

async function create(request: ApiRequest): Promise<void> {
  if (request.query.has("fromSrc")) return importFrom(request);
  const name = request.query.get("fromImage") ?? "";
  const wanted = request.query.get("tag") || "latest";
  return pull(request, wanted.includes(":") ? `${name}@${wanted}` : withTag(name, wanted));
}

/** The name may bring its tag along. */
function withTag(name: string, wanted: string): string {
  return name.lastIndexOf(":") > name.lastIndexOf("/") ? name : `${name}:${wanted}`;
}

async function importFrom(request: ApiRequest): Promise<void> {
  const tar = await request.body();
  const repository = request.query.get("repo") ?? "";
  const target = { repository, tag: request.query.get("tag") || "latest", changes: request.query.getAll("changes") };
  const { connection, signal, state } = request;
  const call = { operation: "importImage", subject: repository, timeoutMs: 0, signal } as const;
  const imageId = await connection.perform(call, () => importImage(state, tar, target));
  request.json(200, { status: imageId });
}

/** The head goes out with the first line: until then a failure has a status of its own. */
async function pull(request: ApiRequest, reference: string): Promise<void> {
  const { connection, signal } = request;
  let isBegun = false;
  const write = (line: Readonly<Record<string, unknown>>): void => {
    if (!isBegun) request.begin("application/json");
    isBegun = true;
    request.response.write(`${JSON.stringify(line)}\r\n`);
  };
  const report = (progress: LayerProgress): void => write(progressJson(progress));
  const call = { operation: "pullImage", subject: reference, timeoutMs: 0, signal } as const;
  const before = request.state.images.find(reference)?.imageId;
  try {
    await connection.perform(call, (context) =>
      pullImage(connection, reference, { auth: authOf(request) }, { ...context, report }),
    );
    for (const status of pullSummary(request, reference, before)) write({ status });
  } catch (failure) {
    if (!(failure instanceof StreamError) && !(isBegun && failure instanceof ConnectionLost)) throw failure;
    if (failure instanceof ConnectionLost) {
      request.response.destroy();
      return;
    }
    write({ errorDetail: { message: failure.message }, error: failure.message });
  }
  request.response.end();
}

function pullSummary({ state }: ApiRequest, reference: string, before: string | undefined): readonly string[] {
  const image = state.images.get(reference);
  const parsed = parseReference(reference);
  const digests = [...image.repoDigests].filter((digest) => digest.startsWith(`${parsed.repository}@`));
  const result = image.imageId === before ? "Image is up to date" : "Downloaded newer image";
  return [
    ...digests.map((digest) => `Digest: ${digest.split("@")[1]}`),
    `Status: ${result} for ${formatReference(parsed)}`,
  ];
}

function progressJson({ layer, status, currentBytes, totalBytes }: LayerProgress): Readonly<Record<string, unknown>> {
  const detail = currentBytes === undefined ? {} : { current: currentBytes, total: totalBytes };
  return { status, progressDetail: detail, id: layer };
}

function authOf({ message }: ApiRequest): RegistryAuth {
  const header = message.headers["x-registry-auth"];
  if (typeof header !== "string" || header === "") return {};
  const value: unknown = JSON.parse(Buffer.from(header, "base64url").toString("utf8"));
  return isRecord(value) ? stringsIn(value) : {};
}
