/** An HTTP server on a unix socket that answers as its test says: for daemons that cannot be had here. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import * as http from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export type Exchange = {
  readonly method: string;
  /** With its version prefix. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly response: http.ServerResponse;
  readonly socket: Socket;
};
export type Answer = (exchange: Exchange) => void;

export const json =
  (body: unknown, status = 200): Answer =>
  ({ response }) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  };

/** Records as Docker writes them; `timeNano` may be given as text, because a number of JavaScript cannot hold it. */
export function toLines(...records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record).replace(/"timeNano":"(\d+)"/, '"timeNano":$1')}\n`).join("");
}

/** Head and lines, and the stream stays open. */
export const stream =
  (...records: readonly unknown[]): Answer =>
  ({ response }) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    response.flushHeaders();
    response.write(toLines(...records));
  };

/** The connection ends without an answer. */
export const hangUp: Answer = ({ socket }) => socket.destroy();
/** Nothing is answered, ever. */
export const silence: Answer = () => undefined;

export class FakeDaemon {
  readonly endpoint: string;
  readonly requests: Exchange[] = [];
  /** Sent as `Api-Version`, as daemons do. */
  apiVersion = "1.99";
  minApiVersion = "1.44";
  readonly #folder: string;
  readonly #server: http.Server;
  /** Answers by path without version; a list is used up from its front, its last one stays. */
  readonly #answers = new Map<string, Answer[]>();
  readonly #waiters = new Set<() => void>();

  constructor(endpoint: string | undefined) {
    this.endpoint = endpoint ?? `unix://${join(mkdtempSync(join(tmpdir(), "berth-fake-")), "docker.sock")}`;
    this.#folder = dirname(this.endpoint.slice("unix://".length));
    mkdirSync(this.#folder, { recursive: true });
    this.#server = http.createServer((request, response) => this.#serve(request, response));
    this.on("/_ping", ({ response }) => response.end("OK"));
    this.on("/version", (exchange) => json(this.#version())(exchange));
  }

  /** Given the endpoint of one that was closed, it comes back there. */
  static async start(endpoint?: string): Promise<FakeDaemon> {
    const daemon = new FakeDaemon(endpoint);
    await new Promise<void>((resolve) => daemon.#server.listen(daemon.endpoint.slice("unix://".length), resolve));
    return daemon;
  }

  on(path: string, ...answers: readonly Answer[]): void {
    this.#answers.set(path, [...answers]);
  }

  /** Requests for a path, whatever their version. */
  to(path: string): readonly Exchange[] {
    return this.requests.filter((request) => withoutVersion(request.path) === path);
  }

  /** Resolves with the nth request for a path. */
  async request(path: string, nth = 1): Promise<Exchange> {
    for (;;) {
      const found = this.to(path).at(nth - 1);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiters.add(resolve));
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true });
  }

  #version(): object {
    const { apiVersion: ApiVersion, minApiVersion: MinAPIVersion } = this;
    return { Version: "99.0", ApiVersion, MinAPIVersion, Os: "linux", Arch: "amd64" };
  }

  #serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://docker");
    const { method = "", headers, socket } = request;
    const exchange = { method, path: url.pathname, query: url.searchParams, headers, response, socket };
    request.resume();
    response.setHeader("Api-Version", this.apiVersion);
    this.requests.push(exchange);
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
    const answers = this.#answers.get(withoutVersion(url.pathname)) ?? [json({ message: "page not found" }, 404)];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(exchange);
  }
}

function withoutVersion(path: string): string {
  return path.replace(/^\/v\d+\.\d+\//, "/");
}
