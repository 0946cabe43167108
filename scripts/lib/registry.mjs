/** Real image registries on the loopback interface, for pull tests: Debian's docker-registry, open and with a login. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { unpacked, which } from "./debian.mjs";
import { call, mustCall } from "./engine-api.mjs";
import { BERTH_DIR } from "./places.mjs";
import { Problem } from "./problem.mjs";
import { allPids, gone, isOurs, lives, markOf, signal, until } from "./processes.mjs";
import { lastLines } from "./run.mjs";

/** @typedef {import("./lifetime.mjs").Lifetime} Lifetime */
/** @typedef {import("./endpoint.mjs").Endpoint} Endpoint */
/** @typedef {{ user: string, password: string }} Login */

const REGISTRIES_DIR = join(BERTH_DIR, "registry");
const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 5_000;

/** Guards nothing but the tests' own registry, which lives for one run. */
export const TEST_LOGIN = { user: "berth", password: "berth-test-password" };
/** bcrypt of the password above, the only hash that the registry takes, at its lowest cost. */
const TEST_LOGIN_HASH = "$2y$04$berthberthberthberthbutazIWlG4fkMZB6bif193LqTBf8tKJii";

/**
 * Starts a registry for as long as the script lives.
 * @param {Lifetime} life @param {Login} [login] @returns {Promise<string>} its address, "127.0.0.1:port"
 */
export async function startRegistry(life, login) {
  removeLeftovers();
  const program = which("docker-registry") ?? (await unpacked(life, "docker-registry", "usr/bin/docker-registry"));
  const dir = join(REGISTRIES_DIR, `${ownPrefix()}${login === undefined ? "open" : "login"}`);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const config = join(dir, "config.json");
  writeFileSync(join(dir, "htpasswd"), `${TEST_LOGIN.user}:${TEST_LOGIN_HASH}\n`);
  writeFileSync(config, JSON.stringify(configuration(dir, address, login !== undefined)));
  const log = openSync(join(dir, "log"), "w");
  const child = spawn(program, ["serve", config], { stdio: ["ignore", log, log], detached: true });
  closeSync(log);
  life.onEnd("stop the test registry", () => stopRegistry(child.pid, dir));
  const ready = () => child.exitCode !== null || answers(address);
  if (!(await until(ready, START_LIMIT_MS, life.signal)) || child.exitCode !== null) {
    throw new Problem(`Cannot start the test registry:\n${lastLines(readFileSync(join(dir, "log"), "utf8"), 8)}`);
  }
  return address;
}

/**
 * Puts a local image into a registry, through the daemon.
 * @param {Endpoint} endpoint @param {string} repository @param {string} registry @param {Login} [login]
 */
export async function pushImage(endpoint, repository, registry, login) {
  const name = `${registry}/${repository}`;
  const action = `push ${name} (tests need a daemon that reaches this machine's loopback interface)`;
  const credentials = login === undefined ? {} : { username: login.user, password: login.password };
  // The URL's alphabet, but with padding: without it Docker takes the header for absent.
  const auth = Buffer.from(JSON.stringify(credentials)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
  const target = new URLSearchParams({ repo: name, tag: "latest" });
  await mustCall(endpoint, "POST", `/images/${repository}:latest/tag?${target}`, { action: `tag ${repository}` });
  try {
    const options = { action, headers: { "x-registry-auth": auth }, timeoutMs: 60_000 };
    await mustCall(endpoint, "POST", `/images/${name}/push?tag=latest`, options);
  } finally {
    await call(endpoint, "DELETE", `/images/${name}:latest`);
  }
}

/** In JSON, which is YAML. @param {string} dir @param {string} address @param {boolean} withLogin */
function configuration(dir, address, withLogin) {
  return {
    version: "0.1",
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(dir, "data") }, delete: { enabled: true } },
    http: { addr: address, secret: "only for tests on one machine" },
    ...(withLogin ? { auth: { htpasswd: { realm: "berth-test", path: join(dir, "htpasswd") } } } : {}),
  };
}

/** @param {number | undefined} pid @param {string} dir */
async function stopRegistry(pid, dir) {
  if (pid !== undefined) {
    signal(pid, "SIGTERM");
    if (!(await gone(pid, STOP_LIMIT_MS))) signal(pid, "SIGKILL");
  }
  rmSync(dir, { recursive: true, force: true });
}

/** Registries of test runs that were killed. A folder's name begins with the mark of its run's process. */
function removeLeftovers() {
  mkdirSync(REGISTRIES_DIR, { recursive: true });
  for (const name of readdirSync(REGISTRIES_DIR)) {
    const [pid, startedAt = ""] = name.split("-");
    if (lives({ pid: Number(pid), startedAt })) continue;
    const dir = join(REGISTRIES_DIR, name);
    for (const left of allPids().filter((each) => isOurs(each, "docker-registry", `${dir}/`))) signal(left, "SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
}

function ownPrefix() {
  return `${process.pid}-${markOf(process.pid)?.startedAt}-`;
}

/** @param {string} address @returns {Promise<boolean>} */
function answers(address) {
  return new Promise((resolve) => {
    const request = http.get(`http://${address}/v2/`, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 || response.statusCode === 401);
    });
    request.on("error", () => resolve(false));
  });
}

/** A port that nobody listens on. @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
