import { asEpochMs } from "../../core/brand.ts";
import type { ImageInspection, ImageSummary } from "../../ports/docker-client.ts";
import type { WireDistribution, WireImage, WireImageSummary } from "../wire.ts";
import { DISTRIBUTION_SHAPE, IMAGE_SHAPE, IMAGE_SUMMARY_SHAPE } from "../wire-shapes.ts";
import { listIn, membersIn, required } from "./body.ts";
import { parseInstant } from "./timestamp.ts";

/** What Docker lists for an image that has no name left. */
const NO_NAME = /^<none>/;

/** @throws {DockerCallError} malformed */
export function parseImage(body: unknown): ImageInspection {
  const wire: WireImage = membersIn(body, "the image", IMAGE_SHAPE);
  const createdAt = parseInstant(wire.Created);
  return {
    imageId: required(wire.Id, "Id"),
    ...names(wire),
    sizeBytes: wire.Size ?? 0,
    ...(createdAt === undefined ? {} : { createdAt }),
    architecture: wire.Architecture ?? "",
    os: wire.Os ?? "",
    env: wire.Config?.Env ?? [],
    labels: wire.Config?.Labels ?? {},
    hasHealthCheck: hasHealthCheck(wire.Config?.Healthcheck?.Test ?? []),
  };
}

/** @throws {DockerCallError} malformed */
export function parseImageSummaries(body: unknown): readonly ImageSummary[] {
  return listIn(body, "the list of images").map((each) => {
    const wire: WireImageSummary = membersIn(each, "an image of the list", IMAGE_SUMMARY_SHAPE);
    return {
      imageId: required(wire.Id, "Id"),
      ...names(wire),
      sizeBytes: wire.Size ?? 0,
      createdAt: asEpochMs((wire.Created ?? 0) * 1000),
    };
  });
}

/** @throws {DockerCallError} malformed */
export function parseDistribution(body: unknown): { readonly digest: string; readonly mediaType: string } {
  const wire: WireDistribution = membersIn(body, "the manifest", DISTRIBUTION_SHAPE);
  return {
    digest: required(wire.Descriptor?.digest, "digest"),
    mediaType: wire.Descriptor?.mediaType ?? "",
  };
}

function names(wire: WireImage | WireImageSummary): Pick<ImageSummary, "tags" | "repoDigests"> {
  return {
    tags: (wire.RepoTags ?? []).filter((name) => !NO_NAME.test(name)),
    repoDigests: (wire.RepoDigests ?? []).filter((name) => !NO_NAME.test(name)),
  };
}

/** `["NONE"]` switches a base image's check off. */
function hasHealthCheck(test: readonly string[]): boolean {
  return test.length > 0 && test[0] !== "NONE";
}
