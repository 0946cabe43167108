/** Bodies of answers: whole, or line by line. A cut is an error, never an end. Source: dependencies 1.8. */
import type { IncomingMessage } from "node:http";
import { type JsonBounds, jsonExcess } from "../../core/json-cost.ts";
import { DockerCallError, malformed } from "./failure.ts";
import type { Cut } from "./scope.ts";

/** Largest answer that is read whole: a list of some ten thousand containers. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** Longest line of a stream of JSON records. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const NEWLINE = 10;
/** Whatever a text of this length holds, it fits into memory. */
const UNCHECKED_CHARACTERS = 1_048_576;
/** Answers have some twenty characters a value and are about six levels deep. */
const ANSWER_BOUNDS: JsonBounds = { levels: 64, members: 100_000, charactersPerValue: 8 };

/** Has the call been cut short? */
export type Ended = Pick<Cut, "aborted" | "reason">;

/** @throws {DockerCallError} noAnswer when the body is cut; or the cut's reason */
export async function* readChunks(response: AsyncIterable<Buffer>, cut: Ended): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of response) yield chunk;
  } catch (error) {
    throw cut.aborted ? cut.reason : cutShort(error);
  }
  // An abort that arrives with the last bytes can look like an orderly end.
  if (cut.aborted) throw cut.reason;
}

function cutShort(error: unknown): DockerCallError {
  if (error instanceof DockerCallError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DockerCallError({ type: "noAnswer", message }, { cause: error });
}

export function readBody(response: IncomingMessage, cut: Ended): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(cut.aborted ? cut.reason : cutShort(error));
    const closed = () => fail(new Error("the connection closed"));
    // Cut before anybody listened: no event will come any more.
    if (response.destroyed && !response.complete) return closed();
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_BODY_BYTES) response.destroy(malformed(`it is longer than ${MAX_BODY_BYTES} bytes`));
    });
    response.once("error", fail);
    response.once("close", closed);
    response.once("end", () => {
      response.off("close", closed);
      resolve(Buffer.concat(chunks));
    });
  });
}

/** Lines without their newline, empty ones left out. */
export async function* readLines(response: AsyncIterable<Buffer>, cut: Ended): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of readChunks(response, cut)) {
    const text: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, start)) {
      const line = text.toString("utf8", start, end).trim();
      start = end + 1;
      if (line !== "") yield line;
    }
    rest = text.subarray(start);
    if (rest.length > MAX_LINE_BYTES) throw malformed(`a line is longer than ${MAX_LINE_BYTES} bytes`);
  }
  const last = rest.toString("utf8").trim();
  if (last !== "") yield last;
}

/** @throws {DockerCallError} malformed */
export function parseJson(text: string): unknown {
  const excess = text.length > UNCHECKED_CHARACTERS ? jsonExcess(text, ANSWER_BOUNDS) : undefined;
  if (excess !== undefined) throw malformed(excess);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed(`it is not JSON: ${text.slice(0, 80)}`, cause);
  }
}
