/** Requests over `node:http` with a pool of kept sockets; long streams get a socket of their own. */
import * as http from "node:http";
import type { AgentOptions } from "node:https";
import type { DaemonAddress, TlsMaterial } from "../endpoint/parse-endpoint.ts";
import { DockerCallError, type DockerFailure } from "./failure.ts";
import type { Cut } from "./scope.ts";

/** Idle sockets kept for the next calls. */
const MAX_IDLE_SOCKETS = 32;
/** Without TLS no name is asked for, and Node need not work one out for each request: that alone compiles 8 ms of code. */
const NO_TLS: AgentOptions = { servername: "" };
/** TCP keep-alive probes notice a peer that is gone without a word. */
const KEEP_ALIVE_PROBE_MS = 15_000;

type Sending = {
  readonly method: string;
  /** With version and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Use a kept socket if there is one, and keep it afterwards. */
  readonly pooled: boolean;
  /** Ends the request, and the answer's body too. */
  readonly cut: Cut;
};

export interface Connection {
  /** Resolves with the head of the answer. @throws {DockerCallError} unreachable, stale, noAnswer; or the cut's reason */
  send(sending: Sending): Promise<http.IncomingMessage>;
  /** Closes kept sockets that no call uses: after a restart of the daemon they are all dead. */
  dropIdle(): void;
  close(): void;
}

type Wire = {
  readonly pool: http.Agent;
  readonly single: http.Agent;
  request(options: http.RequestOptions): http.ClientRequest;
};

export function createConnection(address: DaemonAddress, tls?: TlsMaterial): Connection {
  let wire: Promise<Wire> | undefined;
  let opened: Wire | undefined;
  const open = async () => {
    opened = await openWire(address, tls);
    return opened;
  };
  return {
    async send(sending) {
      wire ??= open();
      return sendOver(await wire, address, sending);
    },
    dropIdle() {
      for (const sockets of Object.values(opened?.pool.freeSockets ?? {})) {
        for (const socket of sockets ?? []) socket.destroy();
      }
    },
    close() {
      opened?.pool.destroy();
      opened?.single.destroy();
    },
  };
}

/** `node:https` costs more to load than everything else here, so only those who need it pay. */
async function openWire(address: DaemonAddress, tls: TlsMaterial | undefined): Promise<Wire> {
  const pooled: AgentOptions = { keepAlive: true, maxFreeSockets: MAX_IDLE_SOCKETS };
  const single: AgentOptions = { keepAlive: false };
  if (address.type === "unix" || !address.tls) {
    const [plain, plainSingle] = [
      { ...pooled, ...NO_TLS },
      { ...single, ...NO_TLS },
    ];
    return { pool: new http.Agent(plain), single: new http.Agent(plainSingle), request: http.request };
  }
  const https = await import("node:https");
  const material: AgentOptions = {
    rejectUnauthorized: tls?.verify ?? true,
    ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls?.key === undefined ? {} : { key: tls.key }),
  };
  return {
    pool: new https.Agent({ ...pooled, ...material }),
    single: new https.Agent({ ...single, ...material }),
    request: https.request,
  };
}

function sendOver(wire: Wire, address: DaemonAddress, sending: Sending): Promise<http.IncomingMessage> {
  const { cut, body } = sending;
  return new Promise((resolve, reject) => {
    if (cut.aborted) return reject(cut.reason);
    const request = wire.request({
      ...(address.type === "unix" ? { socketPath: address.socketPath } : { host: address.host, port: address.port }),
      agent: sending.pooled ? wire.pool : wire.single,
      method: sending.method,
      path: sending.path,
      headers: { ...sending.headers, ...lengthHeader(sending) },
    });
    const isReached = watchConnect(request);
    request.once(
      "close",
      cut.onAbort(() => request.destroy()),
    );
    request.once("response", resolve);
    // Stays registered: an error after the head of the answer shows at its body, and must not be thrown here.
    request.on("error", (error: NodeJS.ErrnoException) => {
      reject(cut.aborted ? cut.reason : new DockerCallError(failureOf(error, request, isReached()), { cause: error }));
    });
    request.end(body);
  });
}

function lengthHeader({ method, body }: Sending): Readonly<Record<string, string>> {
  if (body) return { "Content-Length": String(body.byteLength) };
  return method === "POST" ? { "Content-Length": "0" } : {};
}

/** Did the request have a connection to go out on? */
function watchConnect(request: http.ClientRequest): () => boolean {
  let reached = false;
  request.once("socket", (socket) => {
    if (request.reusedSocket) reached = true;
    else {
      socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS);
      socket.once("encrypted" in socket ? "secureConnect" : "connect", () => {
        reached = true;
      });
    }
  });
  return () => reached;
}

function failureOf(error: NodeJS.ErrnoException, request: http.ClientRequest, reached: boolean): DockerFailure {
  const { message } = error;
  if (!reached) return { type: "unreachable", code: error.code ?? "", message };
  const died = error.code === "EPIPE" || error.code === "ECONNRESET";
  return { type: request.reusedSocket && died ? "stale" : "noAnswer", message };
}
