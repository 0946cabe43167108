/** The few calls of the Docker Engine API that the set-up needs, over node:http: no docker command has to be there. */
import http from "node:http";
import https from "node:https";
import { connectionTo } from "./endpoint.mjs";
import { messageOf, Problem } from "./problem.mjs";

/** @typedef {import("./endpoint.mjs").Endpoint} Endpoint */

/**
 * @typedef {object} CallOptions
 * @property {Buffer | string} [body]
 * @property {Record<string, string>} [headers]
 * @property {number} [timeoutMs] without an answer or a byte of it
 * @property {AbortSignal} [signal]
 */

/**
 * @param {Endpoint} endpoint
 * @param {"GET" | "POST" | "DELETE"} method
 * @param {string} path
 * @param {CallOptions} [options]
 * @returns {Promise<{ status: number, text: string }>}
 */
export function call(endpoint, method, path, { body, headers = {}, timeoutMs = 30_000, signal } = {}) {
  return new Promise((resolve, reject) => {
    const connection = connectionTo(endpoint);
    const { request } = connection.protocol === "https:" ? https : http;
    const length = { "content-length": String(body === undefined ? 0 : Buffer.byteLength(body)) };
    // A connection of its own for each call: an idle one would keep the script, or the daemon's end, waiting.
    const options = {
      ...connection,
      method,
      path,
      headers: { ...length, ...headers },
      agent: false,
      timeout: timeoutMs,
    };
    const sent = request({ ...options, ...(signal === undefined ? {} : { signal }) }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer for ${timeoutMs} ms`)));
    sent.on("error", reject);
    sent.end(body);
  });
}

/**
 * As `call`, but an answer that is no success is a problem. Docker reports some failures inside a 200, line by line.
 * @param {Endpoint} endpoint
 * @param {"GET" | "POST" | "DELETE"} method
 * @param {string} path
 * @param {CallOptions & { action: string }} options `action` completes "Cannot …" in the message
 * @returns {Promise<any>} the JSON of the answer, the last line of it for a stream
 */
export async function mustCall(endpoint, method, path, { action, ...options }) {
  const { status, text } = await call(endpoint, method, path, options).catch((thrown) => {
    throw new Problem(`Cannot ${action}: ${messageOf(thrown)}`);
  });
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const failure = lines.map(parse).find((line) => line?.error !== undefined)?.error;
  if (failure !== undefined) throw new Problem(`Cannot ${action}: ${failure}`);
  if (status >= 400) throw new Problem(`Cannot ${action}: Docker answered ${status} ${parse(text)?.message ?? text}`);
  return parse(lines.at(-1) ?? "");
}

/**
 * Does a Linux daemon answer there? @param {Endpoint} endpoint
 * @returns {Promise<{ answers: true } | { answers: false, why: string }>}
 */
export async function ping(endpoint, timeoutMs = 3_000) {
  try {
    const { status, text } = await call(endpoint, "GET", "/version", { timeoutMs });
    if (status !== 200) return { answers: false, why: `it answered ${status}` };
    const os = parse(text)?.Os;
    return os === "linux" ? { answers: true } : { answers: false, why: `it runs containers for "${os}", not Linux` };
  } catch (thrown) {
    return { answers: false, why: messageOf(thrown) };
  }
}

/** @param {string} text @returns {any} */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an empty or plain answer: its status speaks
  }
}
