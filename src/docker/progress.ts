/** The stream of records that pull and import answer with. A failure can come after the status 200. */
import type { LayerProgress } from "../ports/docker-client.ts";
import { DockerCallError } from "./api/failure.ts";
import { type Ended, parseJson, readLines } from "./api/read-body.ts";
import { membersIn } from "./parse/body.ts";
import type { WireProgress } from "./wire.ts";
import { PROGRESS_SHAPE } from "./wire-shapes.ts";

/**
 * Reads to the end; `onRecord` is called with each line's layer, or `undefined` when it is about the whole image.
 * @throws {DockerCallError} streamError for a record that says so; noAnswer when the stream is cut
 */
export async function readProgress(
  response: AsyncIterable<Buffer>,
  cut: Ended,
  onRecord: (progress: LayerProgress | undefined) => void = () => undefined,
): Promise<void> {
  for await (const line of readLines(response, cut)) {
    const record: WireProgress = membersIn(parseJson(line), "a progress record", PROGRESS_SHAPE);
    const failure = failureIn(record);
    if (failure) throw failure;
    onRecord(parseProgress(record));
  }
}

function failureIn({ error, errorDetail }: WireProgress): DockerCallError | undefined {
  const message = errorDetail?.message ?? error;
  if (message === undefined) return undefined;
  const status = errorDetail?.code;
  return new DockerCallError({ type: "streamError", message, ...(status ? { status } : {}) });
}

/** "Pulling from" carries the tag where others carry the layer. */
function parseProgress({ id, status, progressDetail }: WireProgress): LayerProgress | undefined {
  if (!id || !status || status.startsWith("Pulling from")) return undefined;
  return {
    layer: id,
    status,
    ...(progressDetail?.current === undefined ? {} : { currentBytes: progressDetail.current }),
    ...(progressDetail?.total === undefined ? {} : { totalBytes: progressDetail.total }),
  };
}
