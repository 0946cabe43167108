import type { LocalImage } from "../image-store.ts";
import { dockerTime } from "./container-json.ts";

/** Body of `GET /images/NAME/json`. */
export function imageJson(image: LocalImage): Readonly<Record<string, unknown>> {
  const { config } = image;
  return {
    Id: image.imageId,
    RepoTags: [...image.tags],
    RepoDigests: [...image.repoDigests],
    Created: dockerTime(image.createdAt),
    Architecture: config.architecture ?? "amd64",
    Os: config.os ?? "linux",
    Size: image.sizeBytes,
    Config: {
      Env: config.env ?? [],
      Cmd: config.cmd ?? null,
      Entrypoint: config.entrypoint ?? null,
      Labels: config.labels ?? {},
      User: config.user ?? "",
      WorkingDir: config.workingDir ?? "",
      Volumes: Object.fromEntries((config.volumes ?? []).map((path) => [path, {}])),
      ...(config.healthCheck === undefined ? {} : { Healthcheck: { Test: config.healthCheck.test } }),
    },
    RootFS: { Type: "layers", Layers: [] },
  };
}

/** One entry of `GET /images/json`. */
export function imageSummaryJson(image: LocalImage): Readonly<Record<string, unknown>> {
  return {
    Id: image.imageId,
    ParentId: "",
    RepoTags: [...image.tags],
    RepoDigests: [...image.repoDigests],
    Created: Math.floor(image.createdAt / 1_000),
    Size: image.sizeBytes,
    SharedSize: -1,
    Labels: image.config.labels ?? {},
    Containers: image.users.size,
  };
}
