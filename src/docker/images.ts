/** Calls about images, the pull excepted. */
import type { DockerClient } from "../ports/docker-client.ts";
import type { Api } from "./api/api.ts";
import { OPERATIONS } from "./api/operations.ts";
import { parseDistribution, parseImage, parseImageSummaries } from "./parse/parse-image.ts";
import { pathPart } from "./path.ts";
import { readProgress } from "./progress.ts";
import { registryHeader } from "./registry-header.ts";

type ImageCalls = Pick<
  DockerClient,
  "inspectImage" | "listImages" | "tagImage" | "removeImage" | "importImage" | "inspectDistribution"
>;

export function imageCalls(api: Api): ImageCalls {
  return {
    inspectImage: (reference, options) =>
      api.find(
        { method: "GET", path: `/images/${pathPart(reference)}/json`, repeatable: true },
        OPERATIONS.inspectImage,
        parseImage,
        options,
      ),

    listImages: (options) =>
      api.json(
        { method: "GET", path: "/images/json", repeatable: true },
        OPERATIONS.listImages,
        parseImageSummaries,
        options,
      ),

    async tagImage(source, { repository, tag }, options) {
      const call = {
        method: "POST",
        path: `/images/${pathPart(source)}/tag`,
        query: { repo: repository, tag },
        repeatable: true,
      } as const;
      await api.status(call, OPERATIONS.tagImage, options);
    },

    async removeImage(reference, options) {
      const call = {
        method: "DELETE",
        path: `/images/${pathPart(reference)}`,
        accept: [404],
        repeatable: true,
      } as const;
      await api.status(call, OPERATIONS.removeImage, options);
    },

    async importImage(tar, { repository, tag, changes = [] }, options) {
      const scope = api.scope(options?.signal);
      const { word, limitMs: usualMs } = OPERATIONS.importImage;
      const limitMs = options?.timeoutMs ?? usualMs;
      scope.limit(limitMs, { type: "timeout", word, limitMs });
      try {
        const query = { fromSrc: "-", repo: repository, tag, changes };
        const call = { method: "POST", path: "/images/create", query, tar, repeatable: true } as const;
        const { response } = await api.open(call, scope);
        await readProgress(response, scope);
      } catch (error) {
        throw api.errorFor(error, OPERATIONS.importImage);
      } finally {
        scope.end();
      }
    },

    inspectDistribution: (reference, options) =>
      api.json(
        {
          method: "GET",
          path: `/distribution/${pathPart(reference)}/json`,
          headers: registryHeader(options?.auth),
          repeatable: true,
        },
        OPERATIONS.inspectDistribution,
        parseDistribution,
        options,
      ),
  };
}
