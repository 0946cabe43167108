/** Volumes and mount points. */
import { aRequest } from "../a-definition.ts";
import type { Case } from "./case.ts";
import { C0, many } from "./case.ts";

export const VOLUMES_CASES: readonly Case[] = [
  {
    rule: "volume-unknown",
    path: `${C0}.mountPoints[0].sourceVolume`,
    input: aRequest({}, { mountPoints: [{ sourceVolume: "data", containerPath: "/d" }] }),
    aws: "Unknown volume 'data'.",
  },
  {
    rule: "mount-path-required",
    path: `${C0}.mountPoints[0].containerPath`,
    input: aRequest({ volumes: [{ name: "data" }] }, { mountPoints: [{ sourceVolume: "data" }] }),
    aws: "Invalid mount point for container 'web'. 'containerPath' must be specified.",
  },
  {
    rule: "mount-path-duplicate",
    path: `${C0}.mountPoints[1].containerPath`,
    input: aRequest(
      { volumes: [{ name: "data" }] },
      { mountPoints: many(2, () => ({ sourceVolume: "data", containerPath: "/d" })) },
    ),
    aws: "Container 'web' mounts '/d' more than once.",
  },
  {
    rule: "host-path-blank",
    path: "volumes[0].host.sourcePath",
    input: aRequest({ volumes: [{ name: "v", host: { sourcePath: "" } }] }),
    aws: "host.sourcePath should not be blank.",
  },
  {
    rule: "volume-name-unique",
    path: "volumes[1].name",
    input: aRequest({ volumes: [{ name: "v" }, { name: "v" }] }),
    aws: "Volume names must be unique within a Task Definition.",
  },
  { rule: "volume-name", path: "volumes[0].name", input: aRequest({ volumes: [{ name: "a.b" }] }) },
  {
    rule: "volume-kind",
    path: "volumes[0]",
    input: aRequest({
      volumes: [{ name: "v", host: { sourcePath: "/a" }, dockerVolumeConfiguration: { scope: "task" } }],
    }),
  },
  {
    rule: "volumes-from-unknown",
    path: `${C0}.volumesFrom[0].sourceContainer`,
    input: aRequest({}, { volumesFrom: [{ sourceContainer: "db" }] }),
    aws: "Unknown container 'db' in volumesFrom.",
  },
  {
    rule: "autoprovision-scope",
    path: "volumes[0].dockerVolumeConfiguration.autoprovision",
    input: aRequest({ volumes: [{ name: "v", dockerVolumeConfiguration: { autoprovision: true } }] }),
    aws: "autoprovision is only valid with scope 'shared'.",
  },
  {
    rule: "efs-root-directory",
    path: "volumes[0].efsVolumeConfiguration.rootDirectory",
    input: aRequest({
      volumes: [
        {
          name: "v",
          efsVolumeConfiguration: {
            fileSystemId: "fs-1",
            rootDirectory: "/a",
            transitEncryption: "ENABLED",
            authorizationConfig: { accessPointId: "fsap-1" },
          },
        },
      ],
    }),
  },
  {
    rule: "efs-transit-encryption",
    path: "volumes[0].efsVolumeConfiguration.transitEncryption",
    input: aRequest({
      volumes: [
        { name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1", authorizationConfig: { iam: "ENABLED" } } },
      ],
    }),
    warning: true,
  },
];
