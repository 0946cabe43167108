/** Port mappings. Source: interfaces 1.3.2, 1.2, 1.5.1. */
import { CONTAINER_DEFAULTS } from "./defaults.ts";
import { holdsPlaceholder } from "./placeholder-forms.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { hasEntries } from "./rule-context.ts";
import type { WireContainer } from "./schema.ts";
import type { NetworkMode } from "./types.ts";

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
  for (const entry of context.containers) {
    checkMappings(entry, context);
    const ranges: PortRange[] = [];
    for (const [index, mapping] of (entry.container.portMappings ?? []).entries()) {
      const at = `${entry.path}.portMappings[${index}]`;
      if (mapping.containerPortRange === undefined) checkSinglePort(mapping, at, entry, context);
      else checkRange(mapping, at, ranges, entry, context);
      checkHostPort(mapping, at, entry, context);
      checkTaken(mapping, at, hostPorts, context);
      checkPortName(mapping, at, context);
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
      {
        fix: "Use containerPortRange",
      },
    );
  }
  if (networkMode === "none" && hasEntries(container.portMappings)) {
    report("ports-network-mode-none", `${path}.portMappings`, "Network mode none has no ports", {
      fix: "Remove the port mappings, or use another network mode",
      awsMessage: "Port mappings are not supported when networkMode=none.",
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
      fix: `Write a port of 1 to ${PORT_MAX}`,
      awsMessage: `Invalid 'containerPort' setting for container '${label}'.`,
    },
  );
}

function checkRange(
  mapping: WirePort,
  at: string,
  ranges: PortRange[],
  { label }: NamedContainer,
  { networkMode, report }: RuleContext,
): void {
  const text = mapping.containerPortRange ?? "";
  const range = parsePortRange(text);
  const fault = range === undefined ? syntaxFault(text) : rangeFault(mapping, range, ranges, networkMode);
  if (range !== undefined) ranges.push(range);
  if (fault === undefined) return;
  report("port-range", `${at}.containerPortRange`, fault.message, {
    fix: fault.fix,
    awsMessage: `Invalid 'containerPortRange' setting for container '${label}'.`,
  });
}

type Fault = { readonly message: string; readonly fix: string };

function syntaxFault(text: string): Fault {
  return {
    message: `${quote(text)} is no range of at most ${RANGE_MAX_PORTS} ports`,
    fix: 'Write FIRST-LAST, as in "8000-8010"',
  };
}

function rangeFault(
  mapping: WirePort,
  range: PortRange,
  others: readonly PortRange[],
  networkMode: NetworkMode | undefined,
): Fault | undefined {
  if (mapping.hostPort !== undefined || mapping.containerPort !== undefined) {
    return { message: "A range stands beside hostPort or containerPort", fix: "Keep either the range or the port" };
  }
  if (networkMode === "host") {
    return { message: "Network mode host has no port ranges", fix: "List the ports one by one" };
  }
  if (others.some(({ first, last }) => first <= range.last && range.first <= last)) {
    return { message: `The range ${mapping.containerPortRange} overlaps another one`, fix: "Make the ranges disjoint" };
  }
  return undefined;
}

function checkHostPort(
  mapping: WirePort,
  at: string,
  { label }: NamedContainer,
  { networkMode, report }: RuleContext,
): void {
  const { hostPort, containerPort } = mapping;
  if (hostPort === undefined) return;
  if (hostPort < 0 || hostPort > PORT_MAX) {
    report("host-port-out-of-range", `${at}.hostPort`, `${hostPort} is no port`, {
      fix: `Write a port of 1 to ${PORT_MAX}, or 0 for a free one`,
      awsMessage: `Invalid 'hostPort' setting for container '${label}'.`,
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
      fix: `Write ${containerPort}, or leave hostPort out`,
      awsMessage: `When networkMode=${networkMode}, the host ports and container ports in port mappings must match.`,
    },
  );
}

/** Only host ports that are chosen in the file can clash; in awsvpc and host mode that is every container port. */
function checkTaken(mapping: WirePort, at: string, taken: Set<string>, { networkMode, report }: RuleContext): void {
  const isFixed = networkMode === "awsvpc" || networkMode === "host";
  const hostPort = mapping.hostPort ?? (isFixed ? mapping.containerPort : undefined);
  if (hostPort === undefined || hostPort === 0) return;
  const protocol = mapping.protocol ?? CONTAINER_DEFAULTS["portMappings[].protocol"].value;
  const key = `${hostPort}/${protocol}`;
  if (taken.has(key)) {
    report(
      "host-port-duplicate",
      `${at}.${mapping.hostPort === undefined ? "containerPort" : "hostPort"}`,
      `Host port ${key} is mapped more than once in this task`,
      {
        fix: "Use another port, or 0 for a free one",
        awsMessage: `${protocol.toUpperCase()} host port '${hostPort}' is mapped multiple times in task.`,
      },
    );
  }
  taken.add(key);
}

function checkPortName({ name }: WirePort, at: string, { report }: RuleContext): void {
  if (name === undefined || PORT_NAME.test(name) || holdsPlaceholder(name)) return;
  report("port-name", `${at}.name`, `The port name ${quote(name)} is not 1 to 64 small letters, digits, - and _`, {
    fix: "Use small letters, digits, hyphens and underscores; no hyphen in front",
  });
}
