/**
 * The private daemon's network. Docker daemons of one machine share the bridge `docker0` and the firewall's DOCKER chains
 * as if each were alone: a second one would empty the first one's chains and give out addresses that the first one's
 * containers have, and a `docker0` that somebody else made has an address that ours does not expect. So ours always has a
 * bridge of its own, in a subnet that no route of this machine leads to, and keeps its hands off the firewall. What its
 * containers need there are a few rules for this bridge alone, in chains of our own. Published ports go through Docker's
 * proxy processes.
 */
import { delimiter } from "node:path";
import { install, programDirs, which } from "./debian.mjs";
import { CLONE_ID } from "./places.mjs";
import { Problem } from "./problem.mjs";
import { exists } from "./processes.mjs";
import { mustRun, run } from "./run.mjs";
import { say } from "./say.mjs";

/** @typedef {import("./lifetime.mjs").Lifetime} Lifetime */
/** @typedef {{ args: string[], env: NodeJS.ProcessEnv }} Network */
/** @typedef {{ dst: string, dev?: string, table?: string }} Route as `ip -json route` tells it; no table is the main one */

/** Also the name of our chains in the firewall. */
const BRIDGE = `berth-${CLONE_ID}`;
const BRIDGE_DIR = `/sys/class/net/${BRIDGE}`;
/** Debian's default speaks to the newer part of the kernel (nf_tables), which some kernels lack while they have the older. */
const FIREWALLS = ["iptables", "iptables-legacy"];
const ENV = { ...process.env, PATH: programDirs().join(delimiter) };
const KEEP = { output: /** @type {const} */ ("keep"), env: ENV };

/**
 * Makes the bridge, and says what the daemon has to be told about its network.
 * @param {Lifetime} life @param {boolean} hasContainers containers of ours run on since the daemon's earlier life
 * @returns {Promise<Network>}
 */
export async function prepareNetwork(life, hasContainers) {
  if (which("ip") === undefined) await install(life, ["iproute2"]);
  // Containers that run on are plugged into it.
  if (!hasContainers || !exists(BRIDGE_DIR)) await makeBridge(life);
  return { args: ["--bridge", BRIDGE, "--iptables=false", "--ip6tables=false"], env: ENV };
}

/** @param {Lifetime} life */
async function makeBridge(life) {
  await removeBridge(life); // of a run that was killed
  const routes = await readRoutes(life);
  const subnet = freeSubnet(routes.map(({ dst }) => dst));
  await mustRun(life, "ip", ["link", "add", BRIDGE, "type", "bridge"], KEEP);
  await mustRun(life, "ip", ["address", "add", `${subnet}.1/24`, "dev", BRIDGE], KEEP);
  await mustRun(life, "ip", ["link", "set", BRIDGE, "up"], KEEP);
  const firewall = await workingFirewall(life);
  if (firewall === undefined) {
    say(
      "The firewall (iptables) does not work here: containers reach each other and this machine, but nothing outside",
    );
    return;
  }
  await removeRules(life, firewall);
  const outside = routes.find(({ dst, table }) => dst === "default" && table === undefined)?.dev;
  for (const rule of rulesFor(`${subnet}.0/24`, outside)) await mustRun(life, firewall, rule, KEEP);
}

/** The routes of all tables: those of a VPN are often in one of their own. @param {Lifetime} life @returns {Promise<Route[]>} */
async function readRoutes(life) {
  return JSON.parse(await mustRun(life, "ip", ["-4", "-json", "route", "show", "table", "all"], KEEP));
}

/**
 * The firewall of another daemon drops what it does not know, and the kernel asks it about traffic inside a bridge, too.
 * Nothing is opened but this: from container to container, and from containers out to where the default route leads.
 * @param {string} subnet @param {string | undefined} outside the interface of the default route
 * @returns {string[][]}
 */
function rulesFor(subnet, outside) {
  const inward = ["-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED"];
  return [
    ["-w", "-N", BRIDGE],
    ["-w", "-A", BRIDGE, "-i", BRIDGE, "-o", BRIDGE, "-j", "ACCEPT"],
    ["-w", "-I", "FORWARD", "-j", BRIDGE],
    ...(outside === undefined
      ? []
      : [
          ["-w", "-A", BRIDGE, "-i", BRIDGE, "-o", outside, "-j", "ACCEPT"],
          ["-w", "-A", BRIDGE, "-i", outside, "-o", BRIDGE, ...inward, "-j", "ACCEPT"],
          ["-w", "-t", "nat", "-N", BRIDGE],
          ["-w", "-t", "nat", "-A", BRIDGE, "-s", subnet, "-o", outside, "-j", "MASQUERADE"],
          ["-w", "-t", "nat", "-I", "POSTROUTING", "-j", BRIDGE],
        ]),
  ];
}

/** Removes our bridge and our rules, if they are there. @param {Lifetime} life */
export async function removeBridge(life) {
  if (!exists(BRIDGE_DIR)) return;
  const firewall = await workingFirewall(life);
  if (firewall !== undefined) await removeRules(life, firewall);
  await mustRun(life, "ip", ["link", "delete", BRIDGE], KEEP);
}

/** Those that are not there are passed over: a killed run may have made some. @param {Lifetime} life @param {string} firewall */
async function removeRules(life, firewall) {
  const tables = /** @type {const} */ ([
    ["filter", "FORWARD"],
    ["nat", "POSTROUTING"],
  ]);
  for (const [table, hook] of tables) {
    await run(life, firewall, ["-w", "-t", table, "-D", hook, "-j", BRIDGE], KEEP);
    await run(life, firewall, ["-w", "-t", table, "-F", BRIDGE], KEEP);
    await run(life, firewall, ["-w", "-t", table, "-X", BRIDGE], KEEP);
  }
}

/** @param {Lifetime} life @returns {Promise<string | undefined>} a program that reads this kernel's firewall */
async function workingFirewall(life) {
  for (const program of FIREWALLS.filter((name) => which(name) !== undefined)) {
    if ((await run(life, program, ["-w", "-t", "nat", "-L", "-n"], KEEP)).code === 0) return program;
  }
  return undefined;
}

const PARENTS = ["172.29", "172.30", "10.229", "192.168"];

/**
 * Three numbers of a subnet that no route of this machine leads to.
 * @param {readonly string[]} destinations of routes, such as `10.0.0.0/8`, `10.0.0.1` or `default`
 */
export function freeSubnet(destinations) {
  // What is wider than any private network is a way out, be it the default route or a VPN's halves and quarters of it.
  const taken = destinations.filter((each) => /^\d/.test(each) && prefixOf(each) >= 8);
  const wanted = PARENTS.flatMap((parent) => Array.from({ length: 200 }, (_, index) => `${parent}.${50 + index}`));
  const free = wanted.find((subnet) => !taken.some((each) => overlap(each, `${subnet}.0/24`)));
  if (free !== undefined) return free;
  throw new Problem(`Cannot start Docker: no subnet for its bridge is free in ${PARENTS.join(", ")}`);
}

/** @param {string} one @param {string} other both as `10.0.0.0/8`, or an address */
function overlap(one, other) {
  const bits = Math.min(prefixOf(one), prefixOf(other));
  return numberOf(one) >>> (32 - bits) === numberOf(other) >>> (32 - bits);
}

/** @param {string} network */
function prefixOf(network) {
  return Number(network.split("/")[1] ?? 32);
}

/** @param {string} network */
function numberOf(network) {
  const [address = ""] = network.split("/");
  const numbers = [0, 1, 2, 3].map((index) => Number(address.split(".")[index] ?? 0));
  return Buffer.from(numbers).readUInt32BE(0);
}
