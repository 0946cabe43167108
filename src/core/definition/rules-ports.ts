/** Port mappings. Source: interfaces 1.3.2, 1.2, 1.5.1. */

import { aws } from "./aws-texts.ts";
import { CONTAINER_DEFAULTS } from "./defaults.ts";
import type { Fix } from "./fix.ts";
import { either, hint, remove, write, writeBetween, writeLike } from "./fix.ts";
import { holdsPlaceholder } from "./placeholder-forms.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { hasEntries } from "./rule-context.ts";
import type { WireContainer } from "./wire.ts";

type WirePort = NonNullable<WireContainer["portMappings"]>[number];

const PORT_MAX = 65_535;
const MAPPINGS_MAX = 100;
const RANGE_MAX_PORTS = 100;
const PORT_NAME = /^[a-z0-9_][a-z0-9_-]{0,63}$/;

type PortRange = { readonly first: number; readonly last: number };

/** Reads `"8000-8010"`; undefined when it is no range of 1 to 100 ports. */
function parsePortRange(value: string): PortRange | undefined {
  const found = /^(\d{1,5})-(\d{1,5})$/.exec(value);
  if (found === null) return undefined;
  const first = Number(found[1]);
  const last = Number(found[2]);
  const isRange = first >= 1 && last <= PORT_MAX && first <= last && last - first < RANGE_MAX_PORTS;
  return isRange ? { first, last } : undefined;
}

export function checkPorts(context: RuleContext): void {
  const hostPorts = new Set<string>();
  const names = new Set<string>();
  let ranges: TakenRanges = [];
  for (const entry of context.containers) {
    checkMappings(entry, context);
    if (context.networkMode !== "awsvpc") ranges = [];
    for (const [index, mapping] of (entry.container.portMappings ?? []).entries()) {
      const at = `${entry.path}.portMappings[${index}]`;
      if (mapping.containerPortRange === undefined) checkSinglePort(mapping, at, entry, context);
      else checkRange(mapping, at, ranges, entry, context);
      checkHostPort(mapping, at, context);
      checkTaken(mapping, at, hostPorts, context);
      checkPortName(mapping, at, names, context);
    }
  }
}

function checkMappings({ container, path }: NamedContainer, { networkMode, report }: RuleContext): void {
  const count = container.portMappings?.length ?? 0;
  if (count > MAPPINGS_MAX) {
    report(
      "port-mappings-too-many",
      `${path}.portMappings`,
      `There are ${count} port mappings, and a container has at most ${MAPPINGS_MAX}`,
      { fix: hint("Use containerPortRange") },
    );
  }
  if (networkMode === "none" && hasEntries(container.portMappings)) {
    report("ports-network-mode-none", `${path}.portMappings`, "Network mode none has no ports", {
      fix: remove(`${path}.portMappings`, "Remove the port mappings"),
    });
  }
}

function checkSinglePort(
  mapping: WirePort,
  at: string,
  { label }: NamedContainer,
  { report, isDamaged }: RuleContext,
): void {
  const port = mapping.containerPort;
  if (isDamaged(at) || isDamaged(at, "containerPort") || isDamaged(at, "containerPortRange")) return;
  if (port !== undefined && port >= 1 && port <= PORT_MAX) return;
  report(
    "port-out-of-range",
    `${at}.containerPort`,
    port === undefined ? "The container port is missing" : `${port} is no port`,
    {
      fix: writeBetween(`${at}.containerPort`, 1, PORT_MAX),
      awsMessage: aws.containerPort(label),
    },
  );
}

/** Ranges of one container; in awsvpc those of the whole task, which has one address. */
type TakenRanges = { readonly range: PortRange; readonly protocol: string }[];

function checkRange(
  mapping: WirePort,
  at: string,
  taken: TakenRanges,
  { label }: NamedContainer,
  { networkMode, report }: RuleContext,
): void {
  const text = mapping.containerPortRange ?? "";
  const path = `${at}.containerPortRange`;
  const range = parsePortRange(text);
  if (range === undefined) {
    report("port-range", path, `${quote(text)} is no range of at most ${RANGE_MAX_PORTS} ports`, {
      fix: writeLike(path, "FIRST-LAST", meantRange(text)),
      awsMessage: aws.portRange(label),
    });
    return;
  }
  const protocol = mapping.protocol ?? CONTAINER_DEFAULTS["portMappings[].protocol"].value;
  const other = taken.find((each) => each.protocol === protocol && overlaps(each.range, range))?.range;
  taken.push({ range, protocol });
  if (mapping.hostPort !== undefined || mapping.containerPort !== undefined) {
    report("port-range", path, "A range stands beside hostPort or containerPort", {
      fix: alone(mapping, at),
      awsMessage: aws.portAndRange(label),
    });
  } else if (networkMode === "host") {
    report("port-range", path, "Network mode host has no port ranges", {
      fix: hint("List the ports one by one"),
    });
  } else if (other !== undefined) {
    report("port-range", path, `The range ${text} overlaps another one`, {
      fix: remove(at, "Make the ranges disjoint, or remove this one"),
      awsMessage:
        networkMode === "awsvpc" ? aws.containerPortTwice(protocol, Math.max(other.first, range.first)) : undefined,
    });
  }
}

function overlaps(one: PortRange, other: PortRange): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** A range the wrong way round is turned. */
function meantRange(text: string): string {
  const [first, last] = text.split("-");
  const turned = `${last}-${first}`;
  return parsePortRange(turned) === undefined ? "8000-8010" : turned;
}

function alone(mapping: WirePort, at: string): Fix {
  const members = (["containerPort", "hostPort"] as const).filter((member) => mapping[member] !== undefined);
  const changes = members.map((member) => ({ op: "remove", path: `${at}.${member}` }) as const);
  return { text: `Remove ${members.join(" and ")}`, ways: [changes] };
}

function checkHostPort(mapping: WirePort, at: string, { networkMode, report }: RuleContext): void {
  const { hostPort, containerPort } = mapping;
  if (hostPort === undefined) return;
  if (hostPort < 0 || hostPort > PORT_MAX) {
    report("host-port-out-of-range", `${at}.hostPort`, `${hostPort} is no port`, {
      fix: remove(`${at}.hostPort`, "Leave it out for a free port of the host"),
    });
    return;
  }
  const isFixed = networkMode === "awsvpc" || networkMode === "host";
  if (!isFixed || containerPort === undefined || hostPort === 0 || hostPort === containerPort) return;
  report(
    "host-port-mismatch",
    `${at}.hostPort`,
    `In network mode ${networkMode} the host port is the container port ${containerPort}, and this is ${hostPort}`,
    {
      fix: either(write(`${at}.hostPort`, containerPort), remove(`${at}.hostPort`, "Leave hostPort out")),
      awsMessage: aws.portsMatch(networkMode),
    },
  );
}

/** Only host ports that are chosen in the file can clash; in awsvpc and host mode that is every container port. */
function checkTaken(mapping: WirePort, at: string, taken: Set<string>, { networkMode, report }: RuleContext): void {
  const isFixed = networkMode === "awsvpc" || networkMode === "host";
  const hostPort = mapping.hostPort || (isFixed ? mapping.containerPort : undefined);
  if (hostPort === undefined || hostPort === 0) return;
  const protocol = mapping.protocol ?? CONTAINER_DEFAULTS["portMappings[].protocol"].value;
  const key = `${hostPort}/${protocol}`;
  if (taken.has(key)) {
    const member = `${at}.${mapping.hostPort === undefined ? "containerPort" : "hostPort"}`;
    report("host-port-duplicate", member, `Host port ${key} is mapped more than once in this task`, {
      fix: isFixed
        ? remove(at, "Use another port, or remove the mapping")
        : remove(member, "Leave it out for a free port of the host"),
      awsMessage:
        networkMode === "awsvpc" ? aws.containerPortTwice(protocol, hostPort) : aws.hostPortTwice(protocol, hostPort),
    });
  }
  taken.add(key);
}

function checkPortName({ name }: WirePort, at: string, taken: Set<string>, { networkMode, report }: RuleContext): void {
  if (name === undefined || holdsPlaceholder(name)) return;
  const path = `${at}.name`;
  if (!PORT_NAME.test(name)) {
    report("port-name", path, `The port name ${quote(name)} is not 1 to 64 small letters, digits, - and _`, {
      fix: write(path, portName(name, taken)),
    });
  } else if (taken.has(name)) {
    report("port-name", path, `Another port is called ${quote(name)} too`, {
      fix: write(path, portName(name, taken)),
      awsMessage: networkMode === "awsvpc" ? aws.portNameTwice() : undefined,
    });
  }
  taken.add(name);
}

function portName(name: string, taken: ReadonlySet<string>): string {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/g, "-")
      .replace(/^-+/, "")
      .slice(0, 56) || "port";
  if (!taken.has(base) && base !== name) return base;
  for (let number = 2; ; number++) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
}
