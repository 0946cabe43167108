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
  },
  {
    rule: "mount-path-duplicate",
    path: `${C0}.mountPoints[1].containerPath`,
    input: aRequest(
      { volumes: [{ name: "data" }] },
      { mountPoints: many(2, () => ({ sourceVolume: "data", containerPath: "/d" })) },
    ),
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
  },
  { rule: "volume-name", path: "volumes[0].name", input: aRequest({ volumes: [{ name: "a.b" }] }) },
  {
    rule: "volume-kind",
    path: "volumes[0]",
    input: aRequest({
      volumes: [{ name: "v", host: { sourcePath: "/a" }, dockerVolumeConfiguration: { driver: "local" } }],
    }),
  },
  {
    rule: "volumes-from-unknown",
    path: `${C0}.volumesFrom[0].sourceContainer`,
    input: aRequest({}, { volumesFrom: [{ sourceContainer: "db" }] }),
    aws: "Invalid 'volumesFrom' setting. Unknown container: 'db'.",
  },
  {
    rule: "autoprovision-scope",
    path: "volumes[0].dockerVolumeConfiguration.autoprovision",
    input: aRequest({ volumes: [{ name: "v", dockerVolumeConfiguration: { driver: "local", autoprovision: false } }] }),
    aws: "When 'scope' parameter is 'task', 'autoprovision' must either not be specified or set to 'True'.",
  },
  {
    rule: "docker-volume-driver",
    path: "volumes[0].dockerVolumeConfiguration.driver",
    input: aRequest({ volumes: [{ name: "v", dockerVolumeConfiguration: { scope: "shared" } }] }),
    aws: "volume.dockerVolumeConfiguration.driver should not be null or empty.",
  },
  {
    rule: "volume-unused",
    path: "volumes[0].name",
    input: aRequest({ volumes: [{ name: "v", configuredAtLaunch: true }] }),
    aws: "Volumes [v] are not referenced by any of the containers",
  },
  {
    rule: "path-relative",
    path: `${C0}.mountPoints[0].containerPath`,
    input: aRequest({ volumes: [{ name: "v" }] }, { mountPoints: [{ sourceVolume: "v", containerPath: "data" }] }),
  },
  {
    rule: "path-relative",
    path: `${C0}.workingDirectory`,
    input: aRequest({}, { workingDirectory: "./app" }),
  },
  {
    rule: "path-relative",
    path: `${C0}.linuxParameters.tmpfs[0].containerPath`,
    input: aRequest({}, { linuxParameters: { tmpfs: [{ containerPath: "tmp", size: 1 }] } }),
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
    aws: 'When using an EFS access point, the root directory must either be set to "/" or be omitted.',
  },
  {
    rule: "efs-transit-encryption",
    path: "volumes[0].efsVolumeConfiguration.transitEncryption",
    input: aRequest({
      volumes: [
        { name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1", authorizationConfig: { iam: "ENABLED" } } },
      ],
    }),
    aws: "EFS IAM authorization requires TransitEncryption to be enabled.",
    warning: true,
  },
];
