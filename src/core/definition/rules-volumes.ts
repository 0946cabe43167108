/** Volumes and how containers mount them. Source: interfaces 1.3.2, 1.2. */
import { nameFix, suggestion } from "./nearest.ts";
import { holdsPlaceholder } from "./placeholder-forms.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { present } from "./rule-context.ts";
import { isName } from "./rules-identity.ts";
import type { WireVolume } from "./schema.ts";

export function checkVolumes(context: RuleContext): void {
  const names = new Set(context.volumes.map(({ volume }) => volume.name ?? ""));
  for (const entry of context.containers) {
    checkMountPoints(entry, names, context);
    checkVolumesFrom(entry, context);
  }
  const seen = new Set<string>();
  for (const { volume, path } of context.volumes) {
    checkVolumeName(volume, path, seen, context);
    checkVolumeKind(volume, path, context);
    checkSettings(volume, path, context);
  }
}

function checkMountPoints(entry: NamedContainer, volumes: ReadonlySet<string>, context: RuleContext): void {
  const paths = new Set<string>();
  for (const [index, mount] of (entry.container.mountPoints ?? []).entries()) {
    const at = `${entry.path}.mountPoints[${index}]`;
    if (context.isDamaged(at)) continue;
    checkSourceVolume(mount.sourceVolume, at, volumes, context);
    checkContainerPath(mount.containerPath, at, paths, entry.label, context);
  }
}

function checkSourceVolume(
  name: string | undefined,
  at: string,
  volumes: ReadonlySet<string>,
  { report, isDamaged }: RuleContext,
): void {
  if (name === undefined || volumes.has(name) || isDamaged("volumes")) return;
  report("volume-unknown", `${at}.sourceVolume`, `The task has no volume ${quote(name)}`, {
    fix: suggestion(name, volumes) ?? `Add {"name": ${quote(name)}} to the task's volumes`,
    awsMessage: `Unknown volume '${name}'.`,
  });
}

function checkContainerPath(
  path: string | undefined,
  at: string,
  taken: Set<string>,
  label: string,
  { report, isDamaged }: RuleContext,
): void {
  if (path === undefined || path === "") {
    if (isDamaged(at, "containerPath")) return;
    report("mount-path-required", `${at}.containerPath`, "The mount point has no container path", {
      fix: 'Add "containerPath": "/PATH"',
      awsMessage: `Invalid mount point for container '${label}'. 'containerPath' must be specified.`,
    });
    return;
  }
  if (taken.has(path)) {
    report("mount-path-duplicate", `${at}.containerPath`, `Two volumes are mounted at ${quote(path)}`, {
      fix: "Use another path",
      awsMessage: `Container '${label}' mounts '${path}' more than once.`,
    });
  }
  taken.add(path);
}

function checkVolumesFrom({ container, path }: NamedContainer, { byName, report }: RuleContext): void {
  for (const [index, { sourceContainer }] of (container.volumesFrom ?? []).entries()) {
    if (sourceContainer === undefined || byName.has(sourceContainer)) continue;
    report(
      "volumes-from-unknown",
      `${path}.volumesFrom[${index}].sourceContainer`,
      `The task has no container ${quote(sourceContainer)}`,
      {
        fix: nameFix(sourceContainer, byName.keys()),
        awsMessage: `Unknown container '${sourceContainer}' in volumesFrom.`,
      },
    );
  }
}

function checkVolumeName(
  { name }: WireVolume,
  path: string,
  seen: Set<string>,
  { report, isDamaged }: RuleContext,
): void {
  if (isDamaged(path) || isDamaged(path, "name")) return;
  if (!isName(name ?? "") && !holdsPlaceholder(name ?? "")) {
    const message =
      present(name) === undefined
        ? "The volume has no name"
        : `The volume name ${quote(name ?? "")} holds other characters than letters, digits, - and _, or too many`;
    report("volume-name", `${path}.name`, message, { fix: "Use 1 to 255 letters, digits, hyphens and underscores" });
    return;
  }
  if (seen.has(name ?? "")) {
    report("volume-name-unique", `${path}.name`, `Another volume is called ${quote(name ?? "")} too`, {
      fix: "Rename one of them",
      awsMessage: "Volume names must be unique within a Task Definition.",
    });
  }
  seen.add(name ?? "");
}

/** An empty `host` beside another kind says nothing and is what some tools print. */
function kindsOf(volume: WireVolume): string[] {
  const kinds = {
    host: volume.host?.sourcePath !== undefined,
    dockerVolumeConfiguration: volume.dockerVolumeConfiguration !== undefined,
    efsVolumeConfiguration: volume.efsVolumeConfiguration !== undefined,
    s3filesVolumeConfiguration: volume.s3filesVolumeConfiguration !== undefined,
    fsxWindowsFileServerVolumeConfiguration: volume.fsxWindowsFileServerVolumeConfiguration !== undefined,
    configuredAtLaunch: volume.configuredAtLaunch === true,
  };
  return Object.entries(kinds).flatMap(([kind, isSet]) => (isSet ? [kind] : []));
}

function checkVolumeKind(volume: WireVolume, path: string, { report }: RuleContext): void {
  const kinds = kindsOf(volume);
  if (kinds.length < 2) return;
  report("volume-kind", path, `The volume has ${kinds.join(" and ")}, and only one of them can hold`, {
    fix: "Keep one of them",
  });
}

function checkSettings(volume: WireVolume, path: string, { report }: RuleContext): void {
  if (volume.host?.sourcePath === "") {
    report("host-path-blank", `${path}.host.sourcePath`, "The host path is empty", {
      fix: "Leave sourcePath out for an empty volume",
      awsMessage: "host.sourcePath should not be blank.",
    });
  }
  const docker = volume.dockerVolumeConfiguration;
  if (docker?.autoprovision === true && docker.scope !== "shared") {
    report(
      "autoprovision-scope",
      `${path}.dockerVolumeConfiguration.autoprovision`,
      "autoprovision needs scope shared",
      {
        fix: 'Write "scope": "shared", or leave autoprovision out',
        awsMessage: "autoprovision is only valid with scope 'shared'.",
      },
    );
  }
  checkEfs(volume.efsVolumeConfiguration, `${path}.efsVolumeConfiguration`, report);
}

function checkEfs(efs: WireVolume["efsVolumeConfiguration"], path: string, report: RuleContext["report"]): void {
  const access = efs?.authorizationConfig;
  if (efs === undefined || access === undefined) return;
  const hasAccessPoint = present(access.accessPointId) !== undefined;
  const root = present(efs.rootDirectory);
  if (hasAccessPoint && root !== undefined && root !== "/") {
    report(
      "efs-root-directory",
      `${path}.rootDirectory`,
      `With an access point the root directory is "/", and this is ${quote(root)}`,
      {
        fix: "Leave rootDirectory out",
      },
    );
  }
  if ((hasAccessPoint || access.iam === "ENABLED") && efs.transitEncryption !== "ENABLED") {
    report("efs-transit-encryption", `${path}.transitEncryption`, "Access points and IAM need transit encryption", {
      severity: "warning",
      fix: 'Write "transitEncryption": "ENABLED"',
    });
  }
}
