import { describe, expect, it } from "vitest";
import type { Members, ObjectMembers } from "../ecs-model/members.ts";
import { aRequest, definitionOf, findingsOf } from "./a-definition.ts";
import { applyOverrides } from "./apply-overrides.ts";
import { CONTAINER_MEMBERS, OVERRIDE_MEMBERS, TASK_MEMBERS } from "./members.ts";
import { validateTaskOverride } from "./overrides.ts";
import { KEPT_IN_OVERRIDES, KEPT_WHEN_EMPTY, withoutUnset } from "./unset.ts";

/** Every member that can be zero or empty: all but the boolean ones. */
function emptiable(members: ObjectMembers, prefix = ""): string[] {
  return [...members.members].flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    return member.kind === "boolean" ? [] : [path, ...below(member, path)];
  });
}

function below(member: Members, path: string): string[] {
  if (member.kind === "object") return emptiable(member, `${path}.`);
  return member.kind === "list" ? below(member.item, `${path}[]`) : [];
}

function zeroOf({ kind }: Members): unknown {
  switch (kind) {
    case "string":
    case "enum":
      return "";
    case "integer":
      return 0;
    case "list":
      return [];
    case "map":
    case "object":
      return {};
    case "boolean":
      return false;
  }
}

/** A value with something in every member, and for the member at `path` what `instead` says. */
function full(member: Members, path: string, instead: { path: string; value: unknown }): unknown {
  if (path === instead.path) return instead.value;
  switch (member.kind) {
    case "object":
      return Object.fromEntries(
        [...member.members]
          .map(([name, each]) => [name, full(each, path === "" ? name : `${path}.${name}`, instead)] as const)
          .filter(([, value]) => value !== undefined),
      );
    case "list":
      return [full(member.item, `${path}[]`, instead)];
    case "map":
      return { key: "value" };
    case "integer":
      return 1;
    case "boolean":
      return true;
    default:
      return "text";
  }
}

function memberAtPath(root: Members, path: string): Members {
  let member = root;
  for (const word of path.split(/\.|(?=\[\])/)) {
    const next = word === "[]" ? (member.kind === "list" ? member.item : undefined) : childOf(member, word);
    if (next === undefined) throw new Error(`the schema has ${path}`);
    member = next;
  }
  return member;
}

function childOf(member: Members, name: string): Members | undefined {
  return member.kind === "object" ? member.members.get(name) : undefined;
}

const cleaned = (root: ObjectMembers, path: string, value: unknown) =>
  withoutUnset(full(root, "", { path, value }) as object, root);

/** What counts as absent, each looked up for itself; the others are in `KEPT_WHEN_EMPTY`. */
const ABSENT: readonly string[] = [
  ...["family", "taskRoleArn", "executionRoleArn", "networkMode", "cpu", "memory", "pidMode", "ipcMode"],
  ...["volumes", "placementConstraints", "requiresCompatibilities", "inferenceAccelerators"],
  ...["placementConstraints[].type", "placementConstraints[].expression", "tags[].key"],
  ...["proxyConfiguration", "proxyConfiguration.type", "proxyConfiguration.containerName"],
  ...["proxyConfiguration.properties", "proxyConfiguration.properties[].name"],
  ...["inferenceAccelerators[].deviceName", "inferenceAccelerators[].deviceType"],
  ...["ephemeralStorage", "ephemeralStorage.sizeInGiB"],
  ...["runtimePlatform", "runtimePlatform.cpuArchitecture", "runtimePlatform.operatingSystemFamily"],
  "containerDefinitions",
  ...[
    ...["name", "image", "repositoryCredentials", "repositoryCredentials.credentialsParameter"],
    ...["cpu", "memory", "memoryReservation", "links"],
    ...["portMappings", "portMappings[].containerPort", "portMappings[].hostPort", "portMappings[].protocol"],
    ...["portMappings[].name", "portMappings[].appProtocol", "portMappings[].containerPortRange"],
    ...["restartPolicy", "restartPolicy.ignoredExitCodes", "restartPolicy.restartAttemptPeriod"],
    ...["entryPoint", "command", "environment", "environment[].name"],
    ...["environmentFiles", "environmentFiles[].value", "environmentFiles[].type"],
    ...["mountPoints", "mountPoints[].sourceVolume", "mountPoints[].containerPath"],
    ...["volumesFrom", "volumesFrom[].sourceContainer"],
    ...["linuxParameters", "linuxParameters.capabilities"],
    ...["linuxParameters.capabilities.add", "linuxParameters.capabilities.drop"],
    ...["linuxParameters.devices", "linuxParameters.devices[].hostPath", "linuxParameters.devices[].containerPath"],
    ...["linuxParameters.devices[].permissions", "linuxParameters.sharedMemorySize"],
    ...["linuxParameters.tmpfs", "linuxParameters.tmpfs[].containerPath", "linuxParameters.tmpfs[].mountOptions"],
    ...["secrets", "secrets[].name", "secrets[].valueFrom"],
    ...["dependsOn", "dependsOn[].containerName", "dependsOn[].condition"],
    ...["startTimeout", "stopTimeout", "versionConsistency", "hostname", "user", "workingDirectory"],
    ...["dnsServers", "dnsSearchDomains", "extraHosts", "extraHosts[].hostname", "extraHosts[].ipAddress"],
    ...["dockerSecurityOptions", "dockerLabels", "ulimits", "ulimits[].name"],
    ...["logConfiguration", "logConfiguration.logDriver", "logConfiguration.options", "logConfiguration.secretOptions"],
    ...["logConfiguration.secretOptions[].name", "logConfiguration.secretOptions[].valueFrom"],
    ...["healthCheck", "healthCheck.command", "healthCheck.interval", "healthCheck.timeout", "healthCheck.retries"],
    ...["healthCheck.startPeriod", "systemControls", "systemControls[].namespace", "systemControls[].value"],
    ...["resourceRequirements", "resourceRequirements[].type", "resourceRequirements[].value"],
    ...["resourceRequirements[].sharingStrategy", "resourceRequirements[].sharingStrategy.nvidiaMps"],
    "resourceRequirements[].sharingStrategy.nvidiaMps.maxComputePercent",
    "resourceRequirements[].sharingStrategy.nvidiaMps.memory",
    ...["firelensConfiguration", "firelensConfiguration.type", "firelensConfiguration.options", "credentialSpecs"],
  ].map((member) => `containerDefinitions[].${member}`),
  ...[
    ...["name", "dockerVolumeConfiguration", "dockerVolumeConfiguration.scope", "dockerVolumeConfiguration.driver"],
    ...["dockerVolumeConfiguration.driverOpts", "dockerVolumeConfiguration.labels"],
    ...["efsVolumeConfiguration.fileSystemId", "efsVolumeConfiguration.rootDirectory"],
    ...["efsVolumeConfiguration.transitEncryption", "efsVolumeConfiguration.transitEncryptionPort"],
    ...["efsVolumeConfiguration.authorizationConfig", "efsVolumeConfiguration.authorizationConfig.accessPointId"],
    ...["efsVolumeConfiguration.authorizationConfig.iam", "s3filesVolumeConfiguration.fileSystemArn"],
    ...["s3filesVolumeConfiguration.rootDirectory", "s3filesVolumeConfiguration.transitEncryptionPort"],
    ...["s3filesVolumeConfiguration.accessPointArn", "fsxWindowsFileServerVolumeConfiguration.fileSystemId"],
    ...["fsxWindowsFileServerVolumeConfiguration.rootDirectory"],
    ...["fsxWindowsFileServerVolumeConfiguration.authorizationConfig"],
    ...["fsxWindowsFileServerVolumeConfiguration.authorizationConfig.credentialsParameter"],
    ...["fsxWindowsFileServerVolumeConfiguration.authorizationConfig.domain"],
  ].map((member) => `volumes[].${member}`),
];

const ABSENT_IN_OVERRIDES: readonly string[] = [
  ...["cpu", "memory", "executionRoleArn", "taskRoleArn", "ephemeralStorage", "ephemeralStorage.sizeInGiB"],
  ...["inferenceAcceleratorOverrides", "containerOverrides"],
  ...["inferenceAcceleratorOverrides[].deviceName", "inferenceAcceleratorOverrides[].deviceType"],
  ...[
    ...["name", "command", "environment", "environment[].name", "environmentFiles", "environmentFiles[].value"],
    ...["environmentFiles[].type", "memory", "memoryReservation"],
    ...["resourceRequirements", "resourceRequirements[].type", "resourceRequirements[].value"],
    ...["resourceRequirements[].sharingStrategy", "resourceRequirements[].sharingStrategy.nvidiaMps"],
    "resourceRequirements[].sharingStrategy.nvidiaMps.maxComputePercent",
    "resourceRequirements[].sharingStrategy.nvidiaMps.memory",
  ].map((member) => `containerOverrides[].${member}`),
];

describe.each([
  { what: "a definition", root: TASK_MEMBERS, kept: KEPT_WHEN_EMPTY, absent: ABSENT },
  { what: "overrides", root: OVERRIDE_MEMBERS, kept: KEPT_IN_OVERRIDES, absent: ABSENT_IN_OVERRIDES },
])("withoutUnset() of $what", ({ root, kept, absent }) => {
  it("has decided for every member", () => {
    expect([...absent, ...Object.keys(kept)].sort()).toEqual(emptiable(root).sort());
  });

  it.each(absent)("takes a zero or empty %s for absent", (path) => {
    expect(cleaned(root, path, zeroOf(memberAtPath(root, path)))).toEqual(cleaned(root, path, undefined));
  });

  it.each(Object.keys(kept))("keeps a zero or empty %s", (path) => {
    const zero = zeroOf(memberAtPath(root, path));
    expect(cleaned(root, path, zero)).toEqual(full(root, "", { path, value: zero }));
  });
});

describe("withoutUnset()", () => {
  it("gives back the value itself when all of it says something", () => {
    const request = aRequest({}, { environment: [{ name: "A", value: "" }], command: [""] });
    expect(withoutUnset(request, TASK_MEMBERS)).toBe(request);
  });

  it("leaves what it got as it was", () => {
    const request = aRequest({ cpu: "" }, { stopTimeout: 0, linuxParameters: { capabilities: { add: [] } } });
    const before = structuredClone(request);
    withoutUnset(request, TASK_MEMBERS);
    expect(request).toEqual(before);
  });

  it("takes nothing of the wrong type, which is a mistake", () => {
    expect(findingsOf(aRequest({}, { memory: "", stopTimeout: 1 }))).toContain(
      "wrong-type containerDefinitions[0].memory",
    );
    expect(findingsOf(aRequest({}, { dockerLabels: [] }))).toEqual(["wrong-type containerDefinitions[0].dockerLabels"]);
  });

  it("keeps entries of lists, so that they are judged", () => {
    expect(findingsOf(aRequest({}, { portMappings: [{}] }))).toEqual([
      "port-out-of-range containerDefinitions[0].portMappings[0].containerPort",
    ]);
    expect(definitionOf(aRequest({}, { entryPoint: [""] })).containerDefinitions[0]?.entryPoint).toEqual([""]);
  });
});

/** As a client writes them that has a zero value for everything nobody set. */
function zeros({ members }: ObjectMembers): Record<string, unknown> {
  const written: Record<string, unknown> = {};
  for (const [name, member] of members) {
    if (member.kind === "boolean") continue;
    written[name] = member.kind === "object" ? zeros(member) : zeroOf(member);
  }
  return written;
}

describe("validateTaskDefinition()", () => {
  const plain = definitionOf(aRequest());

  it("takes a container of zero values for one in which they are left out", () => {
    const { linuxParameters, ...others } = zeros(CONTAINER_MEMBERS);
    const container = { ...others, name: "web", image: "nginx:1.27", memory: 64 };
    expect(definitionOf(aRequest({ containerDefinitions: [container] }))).toEqual(plain);
    expect(linuxParameters).toMatchObject({ maxSwap: 0, swappiness: 0 });
  });

  it("takes a task of zero values for one in which they are left out, but AWS refuses an empty list of tags", () => {
    const { tags, ...others } = zeros(TASK_MEMBERS);
    expect(definitionOf({ ...others, ...aRequest() })).toEqual(plain);
    expect(findingsOf(aRequest({ tags }))).toEqual(["tags-empty tags"]);
  });

  it("asks for required members that are empty, in the words of what is missing", () => {
    expect(findingsOf(aRequest({}, { dependsOn: [{ containerName: "", condition: "" }] }))).toEqual([
      "member-required containerDefinitions[0].dependsOn[0].containerName",
      "member-required containerDefinitions[0].dependsOn[0].condition",
    ]);
    expect(findingsOf(aRequest({ volumes: [{ name: "v", efsVolumeConfiguration: { fileSystemId: "" } }] }))).toEqual([
      "member-required volumes[0].efsVolumeConfiguration.fileSystemId",
    ]);
  });
});

describe("validateTaskOverride()", () => {
  it("takes a container override of zero values for one that changes nothing, but cpu 0 is a value", () => {
    const definition = definitionOf(
      aRequest({}, { cpu: 256, command: ["serve"], environment: [{ name: "A", value: "1" }] }),
    );
    const override = {
      name: "web",
      command: [],
      environment: [],
      memory: 0,
      memoryReservation: 0,
      resourceRequirements: [],
    };
    const changed = (container: object) => {
      const validation = validateTaskOverride(
        { containerOverrides: [container], cpu: "", taskRoleArn: "" },
        definition,
      );
      if (!validation.ok) throw new Error(JSON.stringify(validation.problems));
      return applyOverrides(definition, validation.overrides);
    };
    expect(changed(override)).toEqual(definition);
    expect(changed({ ...override, cpu: 0 }).containerDefinitions[0]?.cpu).toBe(0);
  });
});
