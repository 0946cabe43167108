/** Lines of a container's log, from its beginning or after a known line. */
import { EngineError } from "../../core/errors.ts";
import type { DockerClient, LogLine } from "../../ports/docker-client.ts";
import type { Api, Call } from "../api/api.ts";
import { DockerCallError } from "../api/failure.ts";
import { OPERATIONS } from "../api/operations.ts";
import { readChunks } from "../api/read-body.ts";
import type { Scope } from "../api/scope.ts";
import { parseInspection } from "../parse/parse-inspection.ts";
import { parseTimestamp, type Timestamp, toSince } from "../parse/timestamp.ts";
import { pathPart } from "../path.ts";
import { createFrameDecoder } from "./frame-decoder.ts";
import { createLineJoiner } from "./line-joiner.ts";
import { createRawDecoder } from "./raw-decoder.ts";

type Request = Parameters<DockerClient["logs"]>[1];

export function logCalls(api: Api): Pick<DockerClient, "logs"> {
  return {
    logs: async function* (dockerId, request): AsyncGenerator<readonly LogLine[]> {
      const since = sinceOf(request);
      const scope = api.scope(request.signal);
      try {
        const { limitMs, word } = OPERATIONS.readLogs;
        const headArrived = scope.limit(limitMs, { type: "timeout", word, limitMs });
        const tty = await hasTerminal(api, dockerId, scope);
        const { response } = await api.open(logCall(dockerId, request, since), scope);
        headArrived();
        yield* readLogLines(readChunks(response, scope), { tty, since });
      } catch (error) {
        if (!request.signal?.aborted) throw api.errorFor(error, OPERATIONS.readLogs);
      } finally {
        scope.end();
      }
    },
  };
}

/** The daemon's bytes as lines, as many as came together; a terminal's output has no frames. */
export async function* readLogLines(
  chunks: AsyncIterable<Buffer>,
  { tty, since }: { readonly tty: boolean; readonly since: Timestamp | undefined },
): AsyncGenerator<readonly LogLine[]> {
  const joiner = createLineJoiner(since);
  const raw = createRawDecoder(joiner.push);
  const decoder = tty ? raw : createFrameDecoder(joiner.push);
  for await (const chunk of chunks) {
    decoder.push(chunk);
    const lines = joiner.taken();
    if (lines.length > 0) yield lines;
  }
  raw.flush();
  joiner.flush();
  const last = joiner.taken();
  if (last.length > 0) yield last;
}

async function hasTerminal(api: Api, dockerId: string, scope: Scope): Promise<boolean> {
  const call = { method: "GET", path: `/containers/${pathPart(dockerId)}/json`, repeatable: true } as const;
  const found = await api.find(call, OPERATIONS.inspectContainer, parseInspection, { signal: scope.signal });
  if (found) return found.tty;
  throw new DockerCallError({ type: "refused", status: 404, message: `No such container: ${dockerId}` });
}

function logCall(dockerId: string, { follow, tail }: Request, since: Timestamp | undefined): Call {
  const query = {
    stdout: "1",
    stderr: "1",
    timestamps: "1",
    follow: follow ? "1" : undefined,
    tail: tail === undefined ? undefined : String(tail),
    since: since && toSince(since),
  };
  return { method: "GET", path: `/containers/${pathPart(dockerId)}/logs`, query, repeatable: true };
}

function sinceOf({ since }: Request): Timestamp | undefined {
  if (since === undefined) return undefined;
  const timestamp = parseTimestamp(since);
  if (timestamp === undefined) throw new EngineError("UnknownError", `Cannot read logs since "${since}": no timestamp`);
  return timestamp;
}
