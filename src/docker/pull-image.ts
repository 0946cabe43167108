/** One try of a pull, with its three limits. Source: engine-modern 12.5, engine-behaviour 7.4. */
import { splitReference } from "../core/images/reference.ts";
import type { DockerClient, PullOptions } from "../ports/docker-client.ts";
import type { Api, Call } from "./api/api.ts";
import { OPERATIONS, PULL_BEGIN_LIMIT_MS, PULL_INACTIVITY_LIMIT_MS } from "./api/operations.ts";
import type { Scope } from "./api/scope.ts";
import { readProgress } from "./progress.ts";
import { registryHeader } from "./registry-header.ts";

export function pullCalls(api: Api): Pick<DockerClient, "pullImage"> {
  return {
    async pullImage(reference, options = {}) {
      const scope = api.scope(options.signal);
      try {
        await pull(api, scope, pullCall(reference, options), options);
      } catch (error) {
        throw api.errorFor(error, OPERATIONS.pullImage);
      } finally {
        scope.end();
      }
    },
  };
}

/** The daemon stops pulling when the connection ends, so a limit that passes leaves nothing running behind. */
async function pull(api: Api, scope: Scope, call: Call, options: PullOptions): Promise<void> {
  const limitMs = options.timeoutMs ?? OPERATIONS.pullImage.limitMs;
  scope.limit(limitMs, { type: "timeout", word: OPERATIONS.pullImage.word, limitMs });
  const beginMs = options.beginTimeoutMs ?? PULL_BEGIN_LIMIT_MS;
  let cancelWait = scope.limit(beginMs, { type: "timeout", word: "pullBegin", limitMs: beginMs });
  const inactivityMs = options.inactivityTimeoutMs ?? PULL_INACTIVITY_LIMIT_MS;
  const { response } = await api.open(call, scope);
  await readProgress(response, scope, (progress) => {
    cancelWait();
    cancelWait = scope.limit(inactivityMs, { type: "inactive", limitMs: inactivityMs });
    if (progress) options.onProgress?.(progress);
  });
}

/** Without a tag Docker would pull every tag of the repository. Source: DC-4. */
function pullCall(reference: string, { platform, auth }: PullOptions): Call {
  const { name, tag, digest } = splitReference(reference);
  return {
    method: "POST",
    path: "/images/create",
    query: { fromImage: name, tag: digest ?? tag ?? "latest", platform },
    headers: registryHeader(auth),
    repeatable: true,
  };
}
