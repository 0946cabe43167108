/**
 * The private daemon's network. Docker daemons of one machine share the bridge `docker0` and the firewall's DOCKER chains
 * as if each were alone: a second one would empty the first one's chains and give out addresses that the first one's
 * containers have. So when another daemon is there, or the containers of one that was killed are, ours takes a bridge of
 * its own and leaves the firewall alone; published ports then go through Docker's proxy processes.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { install, programDirs, which } from "./debian.mjs";
import { CLONE_ID, DOCKER_DIR } from "./places.mjs";
import { Problem } from "./problem.mjs";
import { allPids, commandLine, exists, nameOf, sharesOurNetwork } from "./processes.mjs";
import { mustRun, run } from "./run.mjs";
import { say } from "./say.mjs";

/** @typedef {import("./lifetime.mjs").Lifetime} Lifetime */
/** @typedef {{ args: string[], env: NodeJS.ProcessEnv }} Network */

const BRIDGE = `berth-${CLONE_ID}`;
const OUR_RULE = ["FORWARD", "-i", BRIDGE, "-o", BRIDGE, "-j", "ACCEPT"];
const DOCKER0 = "/sys/class/net/docker0";
const NO_FIREWALL = ["--iptables=false", "--ip6tables=false"];
const KEEP = { output: /** @type {const} */ ("keep") };

/**
 * What the daemon has to be told about its network.
 * @param {Lifetime} life @param {boolean} hasContainers containers of ours run on since the daemon's earlier life
 * @returns {Promise<Network>}
 */
export async function prepareNetwork(life, hasContainers) {
  const env = systemEnv();
  if (docker0IsServed() || (!hasContainers && hasPorts(DOCKER0))) return ownBridge(life, env);
  const firewall = await workingFirewall(life, env);
  if (firewall !== undefined) return { args: [], env: firewall };
  say("The firewall (iptables) does not work here: containers reach each other and this machine, but nothing outside");
  return { args: NO_FIREWALL, env };
}

/** Does another Docker daemon serve docker0 in this network? */
function docker0IsServed() {
  return allPids().some((pid) => {
    if (nameOf(pid) !== "dockerd" || !sharesOurNetwork(pid)) return false;
    return usesDocker0(commandLine(pid));
  });
}

/** @param {readonly string[]} args of a dockerd */
export function usesDocker0(args) {
  return !args.some((argument) => /^(--bridge|-b)(=|$)/.test(argument));
}

/**
 * Is anything plugged into a bridge? Without a daemon these are containers of one that was killed: their network name
 * spaces keep their addresses, even when no process is left in them, and a new daemon would give them out again.
 * @param {string} bridge the kernel's folder of it
 */
export function hasPorts(bridge) {
  const ports = join(bridge, "brif");
  return exists(ports) && readdirSync(ports).length > 0;
}

/**
 * An environment in which `iptables` works, or undefined. Debian's default speaks to the newer part of the kernel
 * (nf_tables), which some kernels lack while they have the older one.
 * @param {Lifetime} life @param {NodeJS.ProcessEnv} env
 */
async function workingFirewall(life, env) {
  if (await lists(life, "iptables", env)) return env;
  const legacy = which("iptables-legacy");
  if (legacy === undefined || !(await lists(life, legacy, env))) return undefined;
  const dir = join(DOCKER_DIR, "bin");
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  symlinkSync(legacy, join(dir, "iptables"));
  return { ...env, PATH: `${dir}${delimiter}${env.PATH}` };
}

/** @param {Lifetime} life @param {string} command @param {NodeJS.ProcessEnv} env */
async function lists(life, command, env) {
  if (which(command) === undefined && !command.startsWith("/")) return false;
  return (await run(life, command, ["-t", "nat", "-L", "-n"], { ...KEEP, env })).code === 0;
}

/** @param {Lifetime} life @param {NodeJS.ProcessEnv} env @returns {Promise<Network>} */
async function ownBridge(life, env) {
  if (which("ip") === undefined) await install(life, ["iproute2"]);
  say(`Another Docker's containers are on docker0: using the bridge ${BRIDGE}`);
  await removeBridge(life, env); // of a run that was killed
  await mustRun(life, "ip", ["link", "add", BRIDGE, "type", "bridge"], { ...KEEP, env });
  const subnet = freeSubnet(readFileSync("/proc/net/route", "utf8"));
  await mustRun(life, "ip", ["address", "add", `${subnet}.1/24`, "dev", BRIDGE], { ...KEEP, env });
  await mustRun(life, "ip", ["link", "set", BRIDGE, "up"], { ...KEEP, env });
  // The other daemon's firewall drops what it does not know, and the kernel asks it about traffic inside a bridge too.
  await run(life, "iptables", ["-I", ...OUR_RULE], { ...KEEP, env });
  return { args: ["--bridge", BRIDGE, ...NO_FIREWALL], env };
}

/** Removes our bridge and our rule, if they are there. @param {Lifetime} life @param {NodeJS.ProcessEnv} [env] */
export async function removeBridge(life, env = systemEnv()) {
  if (!exists(`/sys/class/net/${BRIDGE}`)) return;
  await run(life, "iptables", ["-D", ...OUR_RULE], { ...KEEP, env });
  await mustRun(life, "ip", ["link", "delete", BRIDGE], { ...KEEP, env });
}

/** Our environment with the folders of system programs in its PATH. */
function systemEnv() {
  return { ...process.env, PATH: programDirs().join(delimiter) };
}

/**
 * Three numbers of a subnet that no route of this machine leads to.
 * @param {string} routes the text of /proc/net/route, where addresses are little-endian hexadecimal
 */
export function freeSubnet(routes) {
  const taken = routes.split("\n").slice(1).flatMap(parseRoute);
  const wanted = Array.from({ length: 200 }, (_, index) => 50 + index).find((third) => {
    const address = ((172 << 24) | (29 << 16) | (third << 8)) >>> 0;
    return taken.every(
      ({ network, mask }) => (address & mask) >>> 0 !== network && (network & OUR_MASK) >>> 0 !== address,
    );
  });
  if (wanted === undefined) throw new Problem("Cannot start Docker: no subnet for its bridge is free in 172.29.0.0/16");
  return `172.29.${wanted}`;
}

const OUR_MASK = 0xff_ff_ff_00;

/** @param {string} line */
function parseRoute(line) {
  const [, destination, , , , , , mask] = line.split("\t");
  if (destination === undefined || mask === undefined || destination === "00000000") return []; // or the default route
  return [{ network: littleEndian(destination), mask: littleEndian(mask) }];
}

/** @param {string} hex */
function littleEndian(hex) {
  return Buffer.from(hex, "hex").readUInt32LE(0);
}
