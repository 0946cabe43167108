/** One request to the simulated Engine API, and the ways to answer it. */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connection } from "../connection.ts";
import type { DaemonState } from "../daemon-state.ts";
import type { LabelFilter } from "../event-log.ts";
import { DockerRefusal } from "../refusal.ts";

/** Nothing that the daemon is sent is larger than an imported image; tests import small ones. */
const LARGEST_BODY_BYTES = 256 * 1_048_576;

export class ApiRequest {
  readonly connection: Connection;
  readonly query: URLSearchParams;
  /** What the pattern of the route caught. */
  readonly params: readonly string[];
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** Fires when the caller hangs up. */
  readonly signal: AbortSignal;
  /** The connection is to become a stream: what of the body has come with the head, which Node does not read then. */
  readonly #upgradeHead: Buffer | undefined;

  constructor(parts: {
    readonly connection: Connection;
    readonly query: URLSearchParams;
    readonly params: readonly string[];
    readonly message: IncomingMessage;
    readonly response: ServerResponse;
    readonly upgradeHead: Buffer | undefined;
  }) {
    this.connection = parts.connection;
    this.query = parts.query;
    this.params = parts.params;
    this.message = parts.message;
    this.response = parts.response;
    this.#upgradeHead = parts.upgradeHead;
    const hungUp = new AbortController();
    this.signal = hungUp.signal;
    parts.response.once("close", () => hungUp.abort());
  }

  get state(): DaemonState {
    return this.connection.exchange.state;
  }

  /** The first thing that the pattern caught: an id or a name. */
  get subject(): string {
    return this.params[0] ?? "";
  }

  flag(name: string): boolean {
    return /^(?:1|true)$/i.test(this.query.get(name) ?? "");
  }

  json(status: number, value: unknown): void {
    this.response.writeHead(status, { "Content-Type": "application/json" }).end(`${JSON.stringify(value)}\n`);
  }

  empty(status: number): void {
    this.response.writeHead(status).end();
  }

  /** Sends the head now; the body follows as it comes. */
  begin(contentType: string): ServerResponse {
    this.response.writeHead(200, { "Content-Type": contentType });
    this.response.flushHeaders();
    return this.response;
  }

  async body(): Promise<Buffer> {
    if (this.#upgradeHead !== undefined) return await this.#bodyBeforeUpgrade(this.#upgradeHead);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.message) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > LARGEST_BODY_BYTES) throw new DockerRefusal(413, "request body is too large");
      chunks.push(bytes);
    }
    return Buffer.concat(chunks);
  }

  async #bodyBeforeUpgrade(head: Buffer): Promise<Buffer> {
    const { socket, headers } = this.message;
    const length = Math.min(Number(headers["content-length"] ?? 0), LARGEST_BODY_BYTES);
    let body = head;
    while (body.length < length) {
      const [chunk]: Buffer[] = await once(socket, "data", { signal: this.signal });
      body = Buffer.concat([body, chunk ?? Buffer.alloc(0)]);
    }
    return body.subarray(0, length);
  }

  /** The body as an object; members that are null count as absent, as they do for Docker. */
  async jsonBody(): Promise<Readonly<Record<string, unknown>>> {
    const text = (await this.body()).toString("utf8");
    const value: unknown = text === "" ? {} : parseJson(text);
    if (!isRecord(value)) throw new DockerRefusal(400, "invalid JSON: not an object");
    return value;
  }

  /** `filters` in either of its forms: `{"label":["a=b"]}` and `{"label":{"a=b":true}}`. */
  filters(): Readonly<Record<string, readonly string[]>> {
    const value: unknown = parseJson(this.query.get("filters") || "{}");
    if (!isRecord(value)) throw new DockerRefusal(400, "invalid filter");
    return Object.fromEntries(
      Object.entries(value).map(([name, entry]) => [
        name,
        Array.isArray(entry) ? entry.map(String) : Object.keys(entry ?? {}),
      ]),
    );
  }
}

export function labelFilter(filters: Readonly<Record<string, readonly string[]>>): LabelFilter {
  const entries = (filters.label ?? []).map((filter): readonly [string, string | true] => {
    const equals = filter.indexOf("=");
    return equals < 0 ? [filter, true] : [filter.slice(0, equals), filter.slice(equals + 1)];
  });
  return Object.fromEntries(entries);
}

/** Strings only: what is not one counts as absent. */
export function stringsIn(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown) => (value === null ? undefined : value));
  } catch (cause) {
    throw new DockerRefusal(400, `invalid JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
