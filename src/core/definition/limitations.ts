/** What of one definition is emulated, ignored or refused on this host, and what happens instead. */
import { hint, option, remove } from "./fix.ts";
import type { Problem, Report } from "./problem.ts";
import { ProblemList, quote } from "./problem.ts";
import type { ContainerDefinition, TaskDefinition, Volume } from "./types.ts";
import { isWindowsPath, windowsFamily, windowsSign } from "./windows.ts";

/**
 * Warnings for `berth validate`, in the order of the document: one for each member that Berth does not honour as ECS does.
 * Members that are absent, empty or at a value which means nothing are not named.
 */
export function limitationsOf(definition: TaskDefinition): Problem[] {
  const findings = new ProblemList();
  const report: Report = (rule, path, message, details) =>
    findings.report(rule, path, message, { ...details, severity: "warning" });
  if (windowsLimitation(definition, report)) return findings.problems;
  taskLimitations(definition, report);
  for (const [index, container] of definition.containerDefinitions.entries()) {
    containerLimitations(container, `containerDefinitions[${index}]`, report);
  }
  for (const [index, volume] of definition.volumes.entries()) volumeLimitations(volume, `volumes[${index}]`, report);
  return findings.problems;
}

function taskLimitations(definition: TaskDefinition, report: Report): void {
  for (const member of ["taskRoleArn", "executionRoleArn"] as const) {
    if (definition[member] !== undefined)
      report("ignored-here", member, `The role ${quote(definition[member])} is not assumed`);
  }
  if (definition.networkMode === "awsvpc") {
    report(
      "emulated-here",
      "networkMode",
      "awsvpc is a pause container on Docker's bridge: container ports are published on the host, under the same numbers where these are free",
    );
  }
  const withoutLimit = definition.containerDefinitions
    .filter(({ memory }) => memory === undefined)
    .map(({ name }) => name);
  if (definition.memory !== undefined && withoutLimit.length > 0) {
    report(
      "emulated-here",
      "memory",
      `Where no control group can be made, the task's ${definition.memory} MiB are the limit of each container without one: ${withoutLimit.join(", ")}`,
    );
  }
  if (definition.placementConstraints.length > 0)
    report("ignored-here", "placementConstraints", "There is one host, so nothing is placed");
  if (definition.tags !== undefined) report("ignored-here", "tags", "Tags are kept and shown only");
  if (definition.proxyConfiguration !== undefined)
    report("ignored-here", "proxyConfiguration", "App Mesh does not run here: traffic is not redirected");
  if (definition.inferenceAccelerators?.length)
    report("ignored-here", "inferenceAccelerators", "Inference accelerators were withdrawn by AWS");
  if (definition.ephemeralStorage !== undefined) {
    report(
      "ignored-here",
      "ephemeralStorage",
      `No limit of ${definition.ephemeralStorage.sizeInGiB} GiB is set: Docker's storage is used`,
    );
  }
  if (definition.enableFaultInjection === true)
    report("ignored-here", "enableFaultInjection", "No faults are injected");
  platformLimitations(definition.runtimePlatform, report);
}

/** Of what does not start at all, nothing else needs to be said. A guess leaves the rest as it is. */
function windowsLimitation(definition: TaskDefinition, report: Report): boolean {
  const family = windowsFamily(definition);
  if (family !== undefined) {
    const path = "runtimePlatform.operatingSystemFamily";
    report(
      "refused-here",
      path,
      `This is a definition for Windows (${family}): its containers do not start on a Linux host`,
    );
    return true;
  }
  const sign = windowsSign(definition);
  if (sign !== undefined) {
    const message = `This looks like a definition for Windows (${sign}): its containers do not start on a Linux host`;
    report("windows-here", "containerDefinitions", message);
  }
  return false;
}

function platformLimitations(platform: TaskDefinition["runtimePlatform"], report: Report): void {
  const architecture = platform?.cpuArchitecture;
  if (architecture === undefined) return;
  report(
    "ignored-here",
    "runtimePlatform.cpuArchitecture",
    `${architecture} is not asked for: Docker takes the host's architecture`,
  );
}

const SECRETS_FIX = { fix: hint("Give them with --secrets FILE, or use --aws") } as const;

function containerLimitations(container: ContainerDefinition, path: string, report: Report): void {
  if (container.repositoryCredentials !== undefined) {
    report(
      "emulated-here",
      `${path}.repositoryCredentials`,
      "Credentials come from where secrets do, and the task does not start without them",
      SECRETS_FIX,
    );
  }
  if (container.environmentFiles?.length) {
    const message = "Environment files are read from a local folder, or from S3 with --aws";
    report("emulated-here", `${path}.environmentFiles`, message, {
      fix: hint("Give the folder with --env-files DIR, or use --aws"),
    });
  }
  if (container.secrets?.length) {
    const message = "Secrets come from a file or the environment, or from AWS with --aws";
    report("emulated-here", `${path}.secrets`, message, SECRETS_FIX);
  }
  for (const [index, mapping] of container.portMappings.entries()) {
    if (mapping.appProtocol === undefined && mapping.name === undefined) continue;
    const member = mapping.name === undefined ? "appProtocol" : "name";
    report(
      "ignored-here",
      `${path}.portMappings[${index}].${member}`,
      "Service Connect does not run here: the port is published all the same",
    );
  }
  logLimitations(container, path, report);
  requirementLimitations(container, path, report);
  if (container.credentialSpecs?.length) {
    report(
      "refused-here",
      `${path}.credentialSpecs`,
      "Credential specifications need Active Directory: the task does not start",
      { fix: remove(`${path}.credentialSpecs`, "Remove them for this host") },
    );
  }
  for (const [index, option] of (container.dockerSecurityOptions ?? []).entries()) {
    if (!option.startsWith("credentialspec:")) continue;
    report(
      "refused-here",
      `${path}.dockerSecurityOptions[${index}]`,
      "Credential specifications need Active Directory: the task does not start",
      { fix: remove(`${path}.dockerSecurityOptions[${index}]`, "Remove it for this host") },
    );
  }
}

function logLimitations(
  { logConfiguration: logs, firelensConfiguration: router }: ContainerDefinition,
  path: string,
  report: Report,
): void {
  if (logs !== undefined && logs.logDriver !== "json-file") {
    report(
      "emulated-here",
      `${path}.logConfiguration`,
      `Logs for ${logs.logDriver} are captured on this host${destination(logs.options ?? {})}, and sent nowhere`,
    );
  }
  if (logs?.secretOptions?.length)
    report(
      "ignored-here",
      `${path}.logConfiguration.secretOptions`,
      "Logs stay on this host, so these secrets are of no use; the task does not start without them all the same",
      SECRETS_FIX,
    );
  if (router === undefined) return;
  report(
    "emulated-here",
    `${path}.firelensConfiguration`,
    "The router runs, but the logs of the other containers are captured on this host instead of being routed",
  );
}

/** The same of all containers that log to one group, so that it is said once. */
function destination(options: Readonly<Record<string, string>>): string {
  const group = options["awslogs-group"];
  if (group === undefined) return "";
  const prefix = options["awslogs-stream-prefix"];
  return ` under group ${group}${prefix === undefined ? "" : `, stream ${prefix}/CONTAINER/TASK`}`;
}

function requirementLimitations(container: ContainerDefinition, path: string, report: Report): void {
  for (const [index, { type, value, sharingStrategy }] of (container.resourceRequirements ?? []).entries()) {
    const at = `${path}.resourceRequirements[${index}]`;
    if (type === "GPU")
      report("emulated-here", at, `Docker is asked for ${value} GPU: the host needs the NVIDIA container toolkit`);
    if (type === "InferenceAccelerator") report("ignored-here", at, "Inference accelerators were withdrawn by AWS");
    if (type === "NeuronDevice") report("ignored-here", at, "The container is given no Neuron device on this host");
    if (sharingStrategy !== undefined)
      report("ignored-here", `${at}.sharingStrategy`, "A container gets whole GPUs for itself: nothing shares them");
  }
}

function volumeLimitations(volume: Volume, path: string, report: Report): void {
  const docker = volume.dockerVolumeConfiguration;
  if (docker?.scope === "task" && docker.autoprovision === true) {
    const at = `${path}.dockerVolumeConfiguration.autoprovision`;
    report(
      "refused-here",
      at,
      "AWS takes it, but the ECS agent starts no task with an autoprovisioned volume of scope task",
      {
        fix: remove(at, "Leave it out: the volume is made with the task"),
      },
    );
  }
  checkRelativePath(volume, `${path}.host.sourcePath`, report);
  const kinds = {
    efsVolumeConfiguration: `The EFS file system ${volume.efsVolumeConfiguration?.fileSystemId} cannot be mounted here`,
    s3filesVolumeConfiguration: `The S3 file system ${volume.s3filesVolumeConfiguration?.fileSystemArn} cannot be mounted here`,
    fsxWindowsFileServerVolumeConfiguration: `The FSx file system ${volume.fsxWindowsFileServerVolumeConfiguration?.fileSystemId} cannot be mounted here`,
    configuredAtLaunch: "A volume that is configured at launch does not exist here",
  } as const;
  for (const [member, message] of Object.entries(kinds)) {
    const value = volume[member as keyof typeof kinds];
    if (value === undefined || value === false) continue;
    report("refused-here", `${path}.${member}`, `${message}: the task does not start`, {
      fix: option("Put a host directory in its place with", "--volume", { key: volume.name, word: "PATH", value: "." }),
    });
  }
}

/** A name of a Docker volume; anything else that is relative is refused by Docker. */
const VOLUME_NAME = /^[A-Za-z0-9][\w.-]*$/;

/** Docker knows no working directory of a client: what does not begin with / is no folder to it. */
function checkRelativePath({ name, host }: Volume, at: string, report: Report): void {
  const path = host?.sourcePath;
  if (path === undefined || path.startsWith("/") || isWindowsPath(path)) return;
  const fix = option("Give the folder with", "--volume", { key: name, word: "PATH", value: path });
  if (VOLUME_NAME.test(path)) {
    const message = `${quote(path)} is no absolute path: Docker takes it for the name of a volume of its own, not for a folder`;
    report("emulated-here", at, message, { fix });
    return;
  }
  report(
    "refused-here",
    at,
    `${quote(path)} is relative, and a folder of the host has an absolute path: the task does not start`,
    { fix },
  );
}
