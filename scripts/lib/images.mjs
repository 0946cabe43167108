/** Images that are made here, from nothing but busybox, so that no image registry is needed. */
import { createHash } from "node:crypto";
import { findBusybox } from "./busybox.mjs";
import { call, mustCall } from "./engine-api.mjs";
import { say } from "./say.mjs";
import { tar } from "./tar.mjs";

/** @typedef {import("./lifetime.mjs").Lifetime} Lifetime */
/** @typedef {import("./endpoint.mjs").Endpoint} Endpoint */

/** On every image of ours: a hash of what it was made of. Only what carries it is ever replaced or removed by us. */
export const IMAGE_LABEL = "berth.made-from";

export const DEMO_IMAGE = "berth-demo/busybox";
export const TEST_IMAGE = "berth-test/busybox";
/** Content that no other image has, so that pulling it from a registry really moves bytes. */
export const PULL_IMAGE = "berth-test/pull";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const FILLER_BYTES = 3_000_000;

/**
 * Makes the images that are missing or out of date.
 * @param {Lifetime} life @param {Endpoint} endpoint @param {readonly string[]} repositories
 */
export async function ensureImages(life, endpoint, repositories) {
  const busybox = await findBusybox(life);
  for (const repository of repositories) {
    life.signal.throwIfAborted();
    await ensureImage(endpoint, repository, rootFileSystem(busybox, repository === PULL_IMAGE ? FILLER_BYTES : 0));
  }
}

/** @param {Endpoint} endpoint @param {string} repository @param {Buffer} archive */
async function ensureImage(endpoint, repository, archive) {
  const madeFrom = createHash("sha256").update(PATH).update(archive).digest("hex");
  if ((await labelOf(endpoint, `${repository}:latest`)) === madeFrom) return;
  say(`Making the image ${repository}:latest`);
  const query = new URLSearchParams({ fromSrc: "-", repo: repository, tag: "latest" });
  for (const change of [`LABEL ${IMAGE_LABEL}=${madeFrom}`, `ENV PATH=${PATH}`, `CMD ["sh"]`])
    query.append("changes", change);
  await mustCall(endpoint, "POST", `/images/create?${query}`, {
    action: `make the image ${repository}:latest`,
    body: archive,
    headers: { "content-type": "application/x-tar" },
  });
}

/** @param {Endpoint} endpoint @param {string} reference */
async function labelOf(endpoint, reference) {
  const { status, text } = await call(endpoint, "GET", `/images/${reference}/json`);
  return status === 200 ? JSON.parse(text).Config?.Labels?.[IMAGE_LABEL] : undefined;
}

/** Removes those of our images that are there and unused. @param {Endpoint} endpoint */
export async function removeImages(endpoint) {
  const filters = encodeURIComponent(JSON.stringify({ label: [IMAGE_LABEL] }));
  const images = await mustCall(endpoint, "GET", `/images/json?filters=${filters}`, { action: "list our images" });
  for (const tag of images.flatMap((/** @type {{ RepoTags: string[] | null }} */ image) => image.RepoTags ?? [])) {
    await mustCall(endpoint, "DELETE", `/images/${tag}`, { action: `remove the image ${tag}` });
  }
}

/** @param {{ program: Buffer, applets: readonly string[] }} busybox @param {number} fillerBytes */
function rootFileSystem({ program, applets }, fillerBytes) {
  const dirs = ["bin", "etc", "root", "sbin", "srv", "usr", "usr/bin", "usr/sbin", "var"];
  return tar([
    ...dirs.map((path) => /** @type {const} */ ({ type: "dir", path })),
    { type: "dir", path: "tmp", mode: 0o1777 },
    {
      type: "file",
      path: "etc/passwd",
      data: "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n",
    },
    { type: "file", path: "etc/group", data: "root:x:0:\nnogroup:x:65534:\n" },
    { type: "file", path: "bin/busybox", data: program, mode: 0o755 },
    ...applets.map((name) => /** @type {const} */ ({ type: "symlink", path: `bin/${name}`, target: "busybox" })),
    ...(fillerBytes === 0
      ? []
      : [/** @type {const} */ ({ type: "file", path: "srv/filler", data: filler(fillerBytes) })]),
  ]);
}

/** Bytes that do not compress, the same ones each time. @param {number} length */
function filler(length) {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, index) =>
    createHash("sha512").update(`${index}`).digest(),
  );
  return Buffer.concat(blocks, length);
}
