/**
 * Calls to the Engine API: version prefix, limits, one repetition over a fresh socket, and the funnel for errors.
 * Source: engine-behaviour 7.1, 7.3; dependencies 1.8.
 */
import type { IncomingMessage } from "node:http";
import { formatGoDuration } from "../../core/duration.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CallOptions } from "../../ports/docker-client.ts";
import { parseVersion } from "../parse/parse-version.ts";
import type { Connection } from "./connection.ts";
import { DockerCallError, isFailure } from "./failure.ts";
import { type Agreement, createNegotiator, type DaemonOffer } from "./negotiator.ts";
import { OPERATIONS, type Operation } from "./operations.ts";
import { parseJson, readBody } from "./read-body.ts";
import { createScopes, orAborted, type Scope } from "./scope.ts";
import { toEngineError } from "./to-engine-error.ts";

export type Call = {
  readonly method: "GET" | "POST" | "DELETE";
  /** Without version; parts that are names must be encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly json?: unknown;
  readonly tar?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that are answers as well as the 2xx ones: 304, 404 or 409 can be what was asked for. */
  readonly accept?: readonly number[];
  /** May it be sent twice? So when a second one changes nothing, or is refused because of the first. */
  readonly repeatable: boolean;
  /** `/_ping` has no version. */
  readonly unversioned?: boolean;
};

type Reply = { readonly status: number; readonly response: IncomingMessage; readonly repeated: boolean };

export interface Api {
  readonly endpoint: string;
  readonly clock: Clock;
  /** The status of an answer whose body does not matter. */
  status(call: Call, operation: Operation, options?: CallOptions): Promise<number>;
  json<T>(call: Call, operation: Operation, parse: (body: unknown) => T, options?: CallOptions): Promise<T>;
  /** As `json`, and `undefined` for a 404. */
  find<T>(call: Call, operation: Operation, parse: (body: unknown) => T, options?: CallOptions): Promise<T | undefined>;
  /** The head of an answer that is read as it comes, on a socket of its own; rejects with a `DockerCallError`. */
  open(call: Call, scope: Scope): Promise<Reply>;
  scope(signal?: AbortSignal): Scope;
  /** What to throw for what was caught: an `EngineError` for a failure of the daemon, anything else as it is. */
  errorFor(caught: unknown, operation: Operation): unknown;
  /** Asks the daemon for its version anew. */
  negotiate(options?: CallOptions): Promise<Agreement>;
  /** The daemon was away: forgets which version it speaks. */
  forgetVersion(): void;
  close(): void;
}

export function createApi(deps: {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly connection: Connection;
}): Api {
  const { endpoint, clock, connection } = deps;
  const scopes = createScopes(clock);
  const negotiator = createNegotiator(askVersion, endpoint);

  /** Has a limit of its own, because the calls that wait for it come and go. */
  async function askVersion(): Promise<DaemonOffer> {
    const scope = scopes.open();
    const { limitMs, word } = OPERATIONS.version;
    scope.limit(limitMs, { type: "timeout", word, limitMs });
    try {
      const { response } = await sendUnversioned({ method: "GET", path: "/version", repeatable: true }, scope);
      const body = parseJson((await readBody(response, scope)).toString("utf8"));
      return parseVersion(body, headerOf(response, "api-version"));
    } catch (error) {
      throw withoutEffect(error);
    } finally {
      scope.end();
    }
  }

  async function sendUnversioned(call: Call, scope: Scope): Promise<Reply> {
    const reply = await sendRepeating(call, scope, { pooled: true, prefix: async () => "" });
    return answerOf(reply, call, scope);
  }

  async function sendVersioned(call: Call, scope: Scope, pooled: boolean): Promise<Reply> {
    const how = { pooled, prefix: async () => `/v${(negotiator.standing ?? (await agreed(scope))).apiVersion}` };
    let reply = await sendRepeating(call, scope, how);
    // A daemon that was exchanged refuses the version agreed with the one before; nothing was done yet.
    if (negotiator.noticeChange(headerOf(reply.response, "api-version")) && reply.status === 400) {
      reply.response.resume();
      reply = await sendRepeating(call, scope, how);
    }
    return answerOf(reply, call, scope);
  }

  const agreed = (scope: Scope) => orAborted(negotiator.agree(), scope);

  type How = { readonly pooled: boolean; readonly prefix: () => Promise<string> };

  async function sendRepeating(call: Call, scope: Scope, how: How): Promise<Reply> {
    try {
      return await sendOnce(call, scope, how);
    } catch (error) {
      if (isFailure(error, "unreachable")) negotiator.forget();
      if (!isFailure(error, "stale")) throw error;
      // All kept sockets are as dead as this one, and the daemon behind the new ones may be a newer release.
      connection.dropIdle();
      negotiator.forget();
      if (!call.repeatable) throw error;
      return repeat(call, scope, how);
    }
  }

  async function repeat(call: Call, scope: Scope, how: How): Promise<Reply> {
    try {
      return { ...(await sendOnce(call, scope, { ...how, pooled: false })), repeated: true };
    } catch (error) {
      if (!(error instanceof DockerCallError)) throw error;
      throw new DockerCallError(error.failure, { cause: error.cause, repeated: true });
    }
  }

  async function sendOnce(call: Call, scope: Scope, { pooled, prefix }: How): Promise<Reply> {
    const body = call.tar ?? (call.json === undefined ? undefined : Buffer.from(JSON.stringify(call.json)));
    const response = await connection.send({
      method: call.method,
      path: `${await prefix()}${call.path}${queryString(call.query)}`,
      headers: { ...contentType(call), ...call.headers },
      ...(body === undefined ? {} : { body }),
      pooled,
      cut: scope,
    });
    return { status: response.statusCode ?? 0, response, repeated: false };
  }

  async function run<T>(
    operation: Operation,
    options: CallOptions | undefined,
    work: (scope: Scope) => Promise<T>,
  ): Promise<T> {
    const scope = scopes.open(options?.signal);
    const limitMs = options?.timeoutMs ?? operation.limitMs;
    scope.limit(limitMs, { type: "timeout", word: operation.word, limitMs });
    try {
      return await work(scope);
    } catch (error) {
      throw errorFor(error, operation);
    } finally {
      scope.end();
    }
  }

  function errorFor(caught: unknown, operation: Operation): unknown {
    if (!(caught instanceof DockerCallError)) return caught;
    return toEngineError(caught.failure, { operation, endpoint, repeated: caught.repeated, cause: caught.cause });
  }

  const send = (call: Call, scope: Scope) =>
    call.unversioned ? sendUnversioned(call, scope) : sendVersioned(call, scope, true);

  async function readAnswer(call: Call, scope: Scope): Promise<{ readonly status: number; readonly body: Buffer }> {
    const { status, response } = await send(call, scope);
    return { status, body: await readBody(response, scope) };
  }

  return {
    endpoint,
    clock,
    status: (call, operation, options) =>
      run(operation, options, async (scope) => (await readAnswer(call, scope)).status),
    json: (call, operation, parse, options) =>
      run(operation, options, async (scope) => parse(parseJson((await readAnswer(call, scope)).body.toString("utf8")))),
    find: (call, operation, parse, options) =>
      run(operation, options, async (scope) => {
        const { status, body } = await readAnswer({ ...call, accept: [404] }, scope);
        return status === 404 ? undefined : parse(parseJson(body.toString("utf8")));
      }),
    open: (call, scope) => sendVersioned(call, scope, false),
    scope: (signal) => scopes.open(signal),
    errorFor,
    negotiate: (options) => run(OPERATIONS.version, options, (scope) => orAborted(negotiator.refresh(), scope)),
    forgetVersion: () => negotiator.forget(),
    close() {
      scopes.close();
      connection.close();
    },
  };
}

/** Nothing was asked of the daemon yet but its version: for the call that waits for it, it was not reached. */
function withoutEffect(error: unknown): unknown {
  if (!(error instanceof DockerCallError)) return error;
  const { failure } = error;
  const unreachable = (fact: string) =>
    new DockerCallError(
      { type: "unreachable", code: "", message: `asking for its version: ${fact}` },
      { cause: error },
    );
  switch (failure.type) {
    case "timeout":
      return unreachable(`no answer within ${formatGoDuration(failure.limitMs)}`);
    case "refused":
      return unreachable(`HTTP ${failure.status}: ${failure.message}`);
    case "stale":
    case "noAnswer":
      return unreachable(failure.message);
    default:
      return error;
  }
}

async function answerOf(reply: Reply, call: Call, scope: Scope): Promise<Reply> {
  const { status, response, repeated } = reply;
  if ((status >= 200 && status < 300) || call.accept?.includes(status)) return reply;
  const text = (await readBody(response, scope)).toString("utf8");
  const message = text.trimStart().startsWith("<")
    ? `HTTP ${status} with a web page: no Docker daemon`
    : messageIn(text);
  throw new DockerCallError({ type: "refused", status, message: message || `HTTP ${status}` }, { repeated });
}

/** Docker sends `{"message": …}`, and plain text for errors of its HTTP layer. */
function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    if (typeof message === "string") return message;
  } catch {
    return text.trim();
  }
  return text.trim();
}

function headerOf(response: IncomingMessage, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function contentType(call: Call): Readonly<Record<string, string>> {
  if (call.tar) return { "Content-Type": "application/x-tar" };
  return call.json === undefined ? {} : { "Content-Type": "application/json" };
}

function queryString(query: Call["query"]): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const one of typeof value === "string" ? [value] : value) parameters.append(name, one);
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
