/** Each member of a container definition in each network mode: it reaches Docker, or somebody says that it does not. */
import { describe, expect, it } from "vitest";
import { limitationsOf } from "../../core/definition/limitations.ts";
import { CONTAINER_MEMBERS } from "../../core/definition/members.ts";
import type { NetworkMode, TaskDefinition } from "../../core/definition/types.ts";
import { validateTaskDefinition } from "../../core/definition/validate.ts";
import type { CreateBody } from "../../ports/docker-client.ts";
import { aPause, readyTask } from "../../testing/ready-task.ts";
import { aContext } from "./a-context.ts";
import { buildCreateBody } from "./index.ts";

const MODES: readonly (NetworkMode | undefined)[] = [undefined, "bridge", "host", "awsvpc", "none"];

type Where = "web" | "pause";
/** What one of the bodies holds, as dotted path and value. */
type Seen = readonly [where: Where, path: string, value: unknown];
type Outcome =
  | { readonly seen: readonly Seen[] }
  /** A rule refuses the definition, at this member. */
  | "refused"
  /** It needs no word to Docker in this mode. */
  | "nothing to send";

type Case = {
  readonly value: unknown;
  readonly seen?: readonly Seen[];
  readonly in?: Partial<Record<NetworkMode, Outcome>>;
  /** Other members that it needs. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** Not Docker's: what the engine does is the same in all modes, and told by the tests of that part. */
  readonly byEngine?: true;
};

const seen = (path: string, value: unknown): readonly Seen[] => [["web", path, value]];
const onPause = (path: string, value: unknown): Outcome => ({ seen: [["pause", path, value]] });
const engine = (value: unknown): Case => ({ value, byEngine: true });

/** A log router has a user. */
const ROUTED = { logConfiguration: { logDriver: "awsfirelens" } };

const CASES: Readonly<Record<string, Case>> = {
  name: engine("web"),
  image: { value: "busybox:1", seen: seen("Image", "busybox:1") },
  repositoryCredentials: engine({ credentialsParameter: "login" }),
  cpu: { value: 512, seen: seen("HostConfig.CpuShares", 512) },
  memory: { value: 128, seen: seen("HostConfig.Memory", 128 * 2 ** 20) },
  memoryReservation: { value: 32, seen: seen("HostConfig.MemoryReservation", 32 * 2 ** 20) },
  links: {
    value: ["db:database"],
    seen: seen("HostConfig.Links.0", expect.stringMatching(/:database$/)),
    in: { host: "refused", awsvpc: "refused", none: "refused" },
  },
  portMappings: {
    value: [{ containerPort: 80 }],
    seen: seen("HostConfig.PortBindings", { "80/tcp": [{ HostPort: "32768" }] }),
    in: {
      awsvpc: onPause("HostConfig.PortBindings", { "80/tcp": [{ HostPort: "80" }] }),
      host: "nothing to send",
      none: "refused",
    },
  },
  essential: engine(false),
  restartPolicy: engine({ enabled: true }),
  entryPoint: { value: ["sh"], seen: seen("Entrypoint", ["sh"]) },
  command: { value: ["serve"], seen: seen("Cmd", ["serve"]) },
  environment: { value: [{ name: "A", value: "1" }], seen: seen("Env", expect.arrayContaining(["A=1"])) },
  environmentFiles: engine([{ type: "s3", value: "arn:aws:s3:::b/a.env" }]),
  mountPoints: {
    value: [{ sourceVolume: "data", containerPath: "/data", readOnly: true }],
    seen: seen("HostConfig.Binds", ["/srv:/data:ro"]),
  },
  volumesFrom: {
    value: [{ sourceContainer: "db" }],
    seen: seen("HostConfig.VolumesFrom.0", expect.stringContaining("db")),
  },
  linuxParameters: {
    value: {
      initProcessEnabled: true,
      sharedMemorySize: 8,
      maxSwap: 0,
      swappiness: 0,
      capabilities: { add: ["SYS_PTRACE"], drop: ["CHOWN"] },
      devices: [{ hostPath: "/dev/null" }],
      tmpfs: [{ containerPath: "/run", size: 4, mountOptions: ["noexec"] }],
    },
    seen: [
      ["web", "HostConfig.Init", true],
      ["web", "HostConfig.ShmSize", 8 * 2 ** 20],
      ["web", "HostConfig.MemorySwap", 64 * 2 ** 20],
      ["web", "HostConfig.MemorySwappiness", 0],
      ["web", "HostConfig.CapAdd", ["SYS_PTRACE"]],
      ["web", "HostConfig.CapDrop", ["CHOWN"]],
      ["web", "HostConfig.Devices.0.PathOnHost", "/dev/null"],
      ["web", "HostConfig.Tmpfs", { "/run": "size=4m,noexec" }],
    ],
  },
  secrets: { value: [{ name: "TOKEN", valueFrom: "token" }], seen: seen("Env", expect.arrayContaining(["TOKEN=t"])) },
  dependsOn: engine([{ containerName: "db", condition: "START" }]),
  startTimeout: engine(5),
  stopTimeout: engine(5),
  versionConsistency: engine("disabled"),
  hostname: { value: "shop", seen: seen("Hostname", "shop"), in: { awsvpc: "refused" } },
  user: { value: "1000:1000", seen: seen("User", "1000:1000") },
  workingDirectory: { value: "/srv", seen: seen("WorkingDir", "/srv") },
  disableNetworking: { value: true, seen: seen("NetworkDisabled", true), in: { awsvpc: "refused" } },
  privileged: { value: true, seen: seen("HostConfig.Privileged", true) },
  readonlyRootFilesystem: { value: true, seen: seen("HostConfig.ReadonlyRootfs", true) },
  dnsServers: { value: ["192.0.2.53"], seen: seen("HostConfig.Dns", ["192.0.2.53"]), in: { awsvpc: "refused" } },
  dnsSearchDomains: {
    value: ["example.test"],
    seen: seen("HostConfig.DnsSearch", ["example.test"]),
    in: { awsvpc: "refused" },
  },
  extraHosts: {
    value: [{ hostname: "db", ipAddress: "192.0.2.7" }],
    seen: seen("HostConfig.ExtraHosts", ["db:192.0.2.7"]),
    in: { awsvpc: "refused" },
  },
  dockerSecurityOptions: {
    value: ["no-new-privileges"],
    seen: seen("HostConfig.SecurityOpt", ["no-new-privileges"]),
  },
  interactive: { value: true, seen: seen("OpenStdin", true) },
  pseudoTerminal: { value: true, seen: seen("Tty", true) },
  dockerLabels: { value: { team: "web" }, seen: seen("Labels.team", "web") },
  ulimits: {
    value: [{ name: "nofile", softLimit: 1, hardLimit: 2 }],
    seen: seen("HostConfig.Ulimits", [{ Name: "nofile", Soft: 1, Hard: 2 }]),
  },
  logConfiguration: {
    value: { logDriver: "json-file", options: { "max-size": "1m" } },
    seen: seen("HostConfig.LogConfig", { Type: "json-file", Config: { "max-size": "1m" } }),
  },
  healthCheck: {
    value: { command: ["CMD", "true"], startPeriod: 1 },
    seen: [
      ["web", "Healthcheck.Test", ["CMD", "true"]],
      ["web", "Healthcheck.StartPeriod", 1e9],
    ],
  },
  systemControls: {
    value: [{ namespace: "net.core.somaxconn", value: "512" }],
    seen: seen("HostConfig.Sysctls", { "net.core.somaxconn": "512" }),
    in: { host: "refused", awsvpc: onPause("HostConfig.Sysctls", { "net.core.somaxconn": "512" }) },
  },
  resourceRequirements: {
    value: [{ type: "GPU", value: "2" }],
    seen: seen("HostConfig.DeviceRequests.0.Count", 2),
  },
  firelensConfiguration: { value: { type: "fluentbit" }, beside: ROUTED, seen: seen("User", "0") },
  // Named as refused on this host; buildCreateBody() would throw.
  credentialSpecs: engine(["credentialspec:arn"]),
};

function request(member: string, { value, beside }: Case, networkMode: NetworkMode | undefined): unknown {
  const web = {
    name: "web",
    image: "nginx:1.27",
    memory: 64,
    ...beside,
    ...(value === undefined ? {} : { [member]: value }),
  };
  return {
    family: "shop",
    ...(networkMode === undefined ? {} : { networkMode }),
    volumes: [{ name: "data", host: { sourcePath: "/srv" } }],
    containerDefinitions: [web, { name: "db", image: "db:1", memory: 64, essential: true }],
  };
}

function bodies(definition: TaskDefinition): Readonly<Record<Where, CreateBody | undefined>> {
  const task = readyTask(definition, definition.networkMode === "awsvpc" ? [aPause("CNI_PAUSE")] : []);
  const context = aContext({
    secrets: definition.containerDefinitions[0]?.secrets === undefined ? {} : { TOKEN: "t" },
  });
  const bodyOf = (name: string) => {
    const container = task.containers.find((each) => each.name === name);
    return container === undefined ? undefined : buildCreateBody(task, container, context);
  };
  return { web: bodyOf("web"), pause: bodyOf("~internal~ecs~pause") };
}

function valueAt(body: unknown, path: string): unknown {
  let value = body;
  for (const word of path.split(".")) value = (value as Readonly<Record<string, unknown>> | undefined)?.[word];
  return value;
}

function outcomeOf({ seen: everywhere = [], in: modes = {} }: Case, networkMode: NetworkMode | undefined): Outcome {
  return modes[networkMode ?? "bridge"] ?? { seen: everywhere };
}

const rows = Object.entries(CASES).flatMap(([member, each]) =>
  MODES.map((networkMode) => ({ member, networkMode, mode: networkMode ?? "unset", each })),
);

describe("members of a container definition by network mode", () => {
  it("are all here", () => {
    expect(Object.keys(CASES).sort()).toEqual([...CONTAINER_MEMBERS.names].sort());
  });

  it.each(rows)("$member in network mode $mode", ({ member, networkMode, each }) => {
    const path = `containerDefinitions[0].${member}`;
    const validation = validateTaskDefinition(request(member, each, networkMode));
    const errors = validation.problems.filter(({ severity }) => severity === "error");
    const outcome = each.byEngine === true ? "nothing to send" : outcomeOf(each, networkMode);
    if (outcome === "refused") {
      expect(errors.map((error) => error.path)).toEqual([expect.stringContaining(path)]);
      return;
    }
    if (!validation.ok) throw new Error(`Refused: ${errors.map(({ message }) => message).join("; ")}`);
    if (outcome === "nothing to send") {
      expect(validation.definition.containerDefinitions[0]).toHaveProperty(member);
      return;
    }
    const without = validateTaskDefinition(request(member, { ...each, value: undefined }, networkMode));
    const isNeeded = member === "image" || member === "firelensConfiguration";
    if (!without.ok && !isNeeded) throw new Error("the definition without the member is refused");
    const made = bodies(validation.definition);
    for (const [where, at, value] of outcome.seen) {
      expect(valueAt(made[where], at)).toEqual(value);
      if (without.ok) expect(valueAt(bodies(without.definition)[where], at)).not.toEqual(value);
    }
    expect(outcome.seen.length).toBeGreaterThan(0);
  });

  it.each(["host", "task", undefined] as const)("pidMode and ipcMode %s in each network mode", (mode) => {
    for (const networkMode of MODES) {
      const modes = mode === undefined ? {} : { pidMode: mode, ipcMode: mode };
      const validation = validateTaskDefinition({
        ...(request("name", engine("web"), networkMode) as object),
        ...modes,
      });
      if (!validation.ok) throw new Error("refused");
      const { definition } = validation;
      const isOwner = networkMode === "awsvpc" ? "CNI_PAUSE" : "NAMESPACE_PAUSE";
      const pause = networkMode === "awsvpc" || mode === "task" ? [aPause(isOwner)] : [];
      const task = readyTask(definition, pause);
      const [web] = task.containers.filter(({ name }) => name === "web");
      const host = web === undefined ? undefined : buildCreateBody(task, web, aContext()).HostConfig;
      const shared = `container:id-of-${pause[0]?.name}`;
      const expected = mode === "task" ? shared : mode;
      expect([host?.PidMode, host?.IpcMode], String(networkMode)).toEqual([expected, expected]);
    }
  });

  it("disableNetworking in awsvpc leaves the pause container its network, and keeps the container's own controls", () => {
    const validation = validateTaskDefinition(request("systemControls", CASES.systemControls as Case, "awsvpc"));
    if (!validation.ok) throw new Error("refused");
    const { containerDefinitions } = validation.definition;
    // ECS refuses to register it. An engine may be handed such a task all the same.
    const [first, ...others] = containerDefinitions;
    if (first === undefined) throw new Error("no container");
    const { web, pause } = bodies({
      ...validation.definition,
      containerDefinitions: [{ ...first, disableNetworking: true }, ...others],
    });
    expect(web).toMatchObject({ NetworkDisabled: true, HostConfig: { Sysctls: { "net.core.somaxconn": "512" } } });
    expect(pause).not.toHaveProperty("NetworkDisabled");
    expect(pause?.HostConfig).not.toHaveProperty("Sysctls");
  });

  it.each(["portMappings", "links", "dnsServers", "dnsSearchDomains", "extraHosts"])(
    "%s beside disableNetworking is warned of in each network mode",
    (member) => {
      const offline = { ...CASES[member], beside: { disableNetworking: true } } as Case;
      for (const networkMode of MODES) {
        const { problems } = validateTaskDefinition(request(member, offline, networkMode));
        expect(problems, String(networkMode)).toContainEqual(
          expect.objectContaining({ rule: "networking-disabled", path: `containerDefinitions[0].${member}` }),
        );
      }
    },
  );

  it("says in every mode what cannot be had on this host at all", () => {
    for (const networkMode of MODES) {
      const validation = validateTaskDefinition(request("credentialSpecs", CASES.credentialSpecs as Case, networkMode));
      if (!validation.ok) throw new Error("refused");
      expect(limitationsOf(validation.definition).map(({ path }) => path)).toContain(
        "containerDefinitions[0].credentialSpecs",
      );
    }
  });
});
