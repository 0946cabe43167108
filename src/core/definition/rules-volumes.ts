/** Volumes and how containers mount them. Source: interfaces 1.3.2, 1.2. */
import { aws } from "./aws-texts.ts";
import { VOLUME_DEFAULTS } from "./defaults.ts";
import type { Change, Fix } from "./fix.ts";
import { add, addLike, because, either, remove, setIn, write } from "./fix.ts";
import { nameFix, nearest } from "./nearest.ts";
import { holdsPlaceholder } from "./placeholder-forms.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { present } from "./rule-context.ts";
import { asName, isName } from "./rules-identity.ts";
import type { WireVolume } from "./wire.ts";

export function checkVolumes(context: RuleContext): void {
  const names = new Set(context.volumes.map(({ volume }) => volume.name ?? ""));
  for (const entry of context.containers) {
    checkMountPoints(entry, names, context);
    checkVolumesFrom(entry, context);
  }
  const seen = new Set<string>();
  for (const { volume, path } of context.volumes) {
    checkVolumeName(volume, path, { seen, names }, context);
    checkVolumeKind(volume, path, context);
    checkSettings(volume, path, context);
    checkUse(volume, path, context);
  }
}

function checkMountPoints(entry: NamedContainer, volumes: ReadonlySet<string>, context: RuleContext): void {
  const paths = new Set<string>();
  for (const [index, mount] of (entry.container.mountPoints ?? []).entries()) {
    const at = `${entry.path}.mountPoints[${index}]`;
    if (context.isDamaged(at)) continue;
    checkSourceVolume(mount.sourceVolume, at, volumes, context);
    checkContainerPath(mount.containerPath, at, paths, context);
  }
}

function checkSourceVolume(
  name: string | undefined,
  at: string,
  volumes: ReadonlySet<string>,
  { task, report, isDamaged }: RuleContext,
): void {
  if (name === undefined || volumes.has(name) || isDamaged("volumes")) return;
  const meant = nearest(name, volumes);
  report("volume-unknown", `${at}.sourceVolume`, `The task has no volume ${quote(name)}`, {
    fix:
      meant === undefined
        ? missing(name, at, task.volumes?.length ?? 0)
        : { ...write(`${at}.sourceVolume`, meant), text: `Did you mean "${meant}"` },
    awsMessage: aws.unknownVolume(name),
  });
}

function missing(name: string, at: string, count: number): Fix {
  if (!isName(name)) return remove(at);
  const change: Change = { op: "set", path: `volumes[${count}]`, value: { name } };
  return { text: `Add {"name": ${quote(name)}} to the task's volumes`, ways: [[change]] };
}

function checkContainerPath(
  path: string | undefined,
  at: string,
  taken: Set<string>,
  { windows, report, isDamaged }: RuleContext,
): void {
  const member = `${at}.containerPath`;
  if (path === undefined || path === "") {
    if (isDamaged(at, "containerPath")) return;
    report("mount-path-required", member, "The mount point has no container path", {
      fix: addLike(member, freePath("/data", taken)),
    });
    return;
  }
  if (!windows && isRelative(path)) {
    report("path-relative", member, `The container path ${quote(path)} does not begin with a slash`, {
      fix: write(member, freePath(absolute(path), taken)),
    });
  } else if (taken.has(path)) {
    report("mount-path-duplicate", member, `Two volumes are mounted at ${quote(path)}`, {
      fix: remove(at, "Use another path, or remove this mount point"),
    });
  }
  taken.add(path);
}

/** Placeholders may stand for the root. */
export function isRelative(path: string): boolean {
  return !path.startsWith("/") && !WINDOWS_PATH.test(path) && !holdsPlaceholder(path);
}

const WINDOWS_PATH = /^(?:[A-Za-z]:[\\/]?|\\)/;

/** `./data` and `data` are `/data`. */
export function absolute(path: string): string {
  return `/${path.replace(/^(?:\.{1,2}\/)+/, "").replace(/^\.+$/, "")}`;
}

function freePath(path: string, taken: ReadonlySet<string>): string {
  if (!taken.has(path)) return path;
  for (let number = 2; ; number++) if (!taken.has(`${path}-${number}`)) return `${path}-${number}`;
}

function checkVolumesFrom({ container, path, label }: NamedContainer, { byName, report }: RuleContext): void {
  for (const [index, { sourceContainer }] of (container.volumesFrom ?? []).entries()) {
    if (sourceContainer === undefined || byName.has(sourceContainer)) continue;
    const at = `${path}.volumesFrom[${index}]`;
    const others = [...byName.keys()].filter((name) => name !== label);
    report("volumes-from-unknown", `${at}.sourceContainer`, `The task has no container ${quote(sourceContainer)}`, {
      fix: nameFix({ path: `${at}.sourceContainer`, word: sourceContainer, entry: at }, others),
      awsMessage: aws.volumesFrom(sourceContainer),
    });
  }
}

type VolumeNames = { readonly seen: Set<string>; readonly names: ReadonlySet<string> };

function checkVolumeName(volume: WireVolume, path: string, { seen, names }: VolumeNames, context: RuleContext): void {
  const { report, isDamaged } = context;
  const name = volume.name ?? "";
  if (isDamaged(path) || isDamaged(path, "name")) return;
  if (!isName(name) && !holdsPlaceholder(name)) {
    const message =
      name === ""
        ? "The volume has no name"
        : `The volume name ${quote(name)} holds other characters than letters, digits, - and _, or too many`;
    report("volume-name", `${path}.name`, message, { fix: renameVolume(name, path, names, context) });
    return;
  }
  if (seen.has(name)) {
    report("volume-name-unique", `${path}.name`, `Another volume is called ${quote(name)} too`, {
      fix: write(`${path}.name`, asName(name, names) ?? "data"),
    });
  }
  seen.add(name);
}

/** Mount points take the new name as well. */
function renameVolume(name: string, path: string, names: ReadonlySet<string>, { containers }: RuleContext): Fix {
  const to = asName(name, names) ?? asName("data", names) ?? "data";
  const mounts = containers.flatMap((entry) =>
    (entry.container.mountPoints ?? []).flatMap(({ sourceVolume }, index): Change[] =>
      sourceVolume === name && name !== ""
        ? [{ op: "set", path: `${entry.path}.mountPoints[${index}].sourceVolume`, value: to }]
        : [],
    ),
  );
  const first: Change = { op: "set", path: `${path}.name`, value: to };
  const { text } = name === "" ? addLike(`${path}.name`, to) : write(`${path}.name`, to);
  return { text: mounts.length === 0 ? text : `${text}, also in its mount points`, ways: [[first, ...mounts]] };
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
  const ways = kinds.map((kept) =>
    kinds.filter((kind) => kind !== kept).map((kind): Change => ({ op: "remove", path: `${path}.${kind}` })),
  );
  report("volume-kind", path, `The volume has ${kinds.join(" and ")}, and only one of them can hold`, {
    fix: { text: `Keep one of ${kinds.join(", ")}`, ways },
  });
}

function checkSettings(volume: WireVolume, path: string, { report }: RuleContext): void {
  if (volume.host?.sourcePath === "") {
    report("host-path-blank", `${path}.host.sourcePath`, "The host path is empty", {
      fix: remove(`${path}.host.sourcePath`, "Leave sourcePath out for an empty volume"),
      awsMessage: aws.blankSourcePath(),
    });
  }
  checkDockerVolume(volume.dockerVolumeConfiguration, `${path}.dockerVolumeConfiguration`, report);
  checkEfs(volume.efsVolumeConfiguration, `${path}.efsVolumeConfiguration`, report);
}

/** Scope task and `"autoprovision": true` are taken by AWS and refused by the agent: see the limitations. */
function checkDockerVolume(
  docker: WireVolume["dockerVolumeConfiguration"],
  path: string,
  report: RuleContext["report"],
): void {
  if (docker === undefined) return;
  if (
    docker.autoprovision === false &&
    (docker.scope ?? VOLUME_DEFAULTS["dockerVolumeConfiguration.scope"].value) === "task"
  ) {
    report("autoprovision-scope", `${path}.autoprovision`, "autoprovision cannot be switched off with scope task", {
      fix: either(remove(`${path}.autoprovision`, "Leave it out"), setIn(`${path}.scope`, "shared", "the volume")),
      awsMessage: aws.autoprovision(),
    });
  }
  if (present(docker.driver) !== undefined) return;
  report("docker-volume-driver", `${path}.driver`, "The Docker volume names no driver", {
    fix: add(`${path}.driver`, "local"),
    awsMessage: aws.volumeDriver(),
  });
}

/** A volume that the launch brings is one that a container has asked for. */
function checkUse({ name, configuredAtLaunch }: WireVolume, path: string, { containers, report }: RuleContext): void {
  if (configuredAtLaunch !== true || name === undefined) return;
  const isMounted = containers.some(({ container }) =>
    container.mountPoints?.some(({ sourceVolume }) => sourceVolume === name),
  );
  if (isMounted) return;
  report("volume-unused", `${path}.name`, `No container mounts ${quote(name)}, which is configured at launch`, {
    fix: remove(path, "Add a mount point, or remove the volume"),
    awsMessage: aws.volumeUnused(name),
  });
}

function checkEfs(efs: WireVolume["efsVolumeConfiguration"], path: string, report: RuleContext["report"]): void {
  if (efs === undefined) return;
  const hasAccessPoint = present(efs.authorizationConfig?.accessPointId) !== undefined;
  const root = present(efs.rootDirectory);
  if (hasAccessPoint && root !== undefined && root !== "/") {
    report(
      "efs-root-directory",
      `${path}.rootDirectory`,
      `With an access point the root directory is "/", and this is ${quote(root)}`,
      { fix: remove(`${path}.rootDirectory`, "Leave rootDirectory out"), awsMessage: aws.efsRootDirectory() },
    );
  }
  if (efs.transitEncryption === "ENABLED") return;
  const byIam = efs.authorizationConfig?.iam === "ENABLED";
  if (!hasAccessPoint && !byIam && efs.transitEncryptionPort === undefined) return;
  report(
    "efs-transit-encryption",
    `${path}.transitEncryption`,
    "Access points, IAM and a transit encryption port need transit encryption",
    {
      fix: because(write(`${path}.transitEncryption`, "ENABLED"), "nothing is encrypted on this host"),
      awsMessage: byIam ? aws.efsIam() : undefined,
    },
  );
}
