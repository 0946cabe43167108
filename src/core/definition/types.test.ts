/** The types of definitions against the ECS model: the compiler is the test, and what runs only says which pairs it saw. */
import { expect, it } from "vitest";
import { aDefinition } from "../../testing/builders.ts";
import type * as model from "../ecs-model/model.gen.ts";
import type * as own from "./types.ts";

/** Names of the members, here and in the model; their difference shows in the compiler's message. */
type Differing<Own, Model> = Exclude<keyof Own, keyof Model> | Exclude<keyof Model, keyof Own>;
type Same<Own, Model> = [Differing<Own, Model>] extends [never] ? true : Differing<Own, Model>;
type Item<List> = NonNullable<List> extends readonly (infer Each)[] ? Each : never;

const MEMBERS: {
  readonly task: Same<own.TaskDefinition, model.RegisterTaskDefinitionRequest>;
  readonly container: Same<own.ContainerDefinition, model.ContainerDefinition>;
  readonly portMapping: Same<own.PortMapping, model.PortMapping>;
  readonly healthCheck: Same<own.HealthCheck, model.HealthCheck>;
  readonly linuxParameters: Same<own.LinuxParameters, model.LinuxParameters>;
  readonly device: Same<own.Device, model.Device>;
  readonly tmpfs: Same<own.Tmpfs, model.Tmpfs>;
  readonly logConfiguration: Same<own.LogConfiguration, model.LogConfiguration>;
  readonly firelens: Same<own.FirelensConfiguration, model.FirelensConfiguration>;
  readonly restartPolicy: Same<own.RestartPolicy, model.ContainerRestartPolicy>;
  readonly resourceRequirement: Same<own.ResourceRequirement, model.ResourceRequirement>;
  readonly dependency: Same<own.ContainerDependency, model.ContainerDependency>;
  readonly volume: Same<own.Volume, model.Volume>;
  readonly dockerVolume: Same<own.DockerVolumeConfiguration, model.DockerVolumeConfiguration>;
  readonly efs: Same<NonNullable<own.Volume["efsVolumeConfiguration"]>, model.EFSVolumeConfiguration>;
  readonly s3files: Same<NonNullable<own.Volume["s3filesVolumeConfiguration"]>, model.S3FilesVolumeConfiguration>;
  readonly proxy: Same<NonNullable<own.TaskDefinition["proxyConfiguration"]>, model.ProxyConfiguration>;
  readonly platform: Same<NonNullable<own.TaskDefinition["runtimePlatform"]>, model.RuntimePlatform>;
  readonly containerOverride: Same<own.ContainerOverride, model.ContainerOverride>;
  readonly constraint: Same<Item<own.TaskDefinition["placementConstraints"]>, model.TaskDefinitionPlacementConstraint>;
} = {
  task: true,
  container: true,
  portMapping: true,
  healthCheck: true,
  linuxParameters: true,
  device: true,
  tmpfs: true,
  logConfiguration: true,
  firelens: true,
  restartPolicy: true,
  resourceRequirement: true,
  dependency: true,
  volume: true,
  dockerVolume: true,
  efs: true,
  s3files: true,
  proxy: true,
  platform: true,
  containerOverride: true,
  constraint: true,
};

/** Enums that the normalised form keeps as any text, since nothing here depends on which one it is. */
type Loosened<Value> = Value extends string
  ? string
  : Value extends readonly (infer Each)[]
    ? readonly Loosened<Each>[]
    : Value extends object
      ? { readonly [Member in keyof Value]: Loosened<Value[Member]> }
      : Value;

it("types of definitions have the members of the model and no other", () => {
  expect(Object.values(MEMBERS)).not.toContain(false);
});

it("types of definitions give every member a type of the model's: a normalised definition is a request", () => {
  const definition: own.TaskDefinition = aDefinition();
  const request: Loosened<model.RegisterTaskDefinitionRequest> = definition;
  expect(request).toBe(definition);
});
