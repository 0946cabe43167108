/** Every case of every rule. */
import { DEPENDENCIES_CASES } from "./dependencies.ts";
import { FARGATE_CASES } from "./fargate.ts";
import { IDENTITY_CASES } from "./identity.ts";
import { METADATA_CASES } from "./metadata.ts";
import { NETWORK_CASES } from "./network.ts";
import { RESOURCES_CASES } from "./resources.ts";
import { RUNTIME_CASES } from "./runtime.ts";
import { SHAPE_CASES } from "./shape.ts";
import { VOLUMES_CASES } from "./volumes.ts";

export const ALL_CASES = [
  ...IDENTITY_CASES,
  ...RESOURCES_CASES,
  ...FARGATE_CASES,
  ...NETWORK_CASES,
  ...VOLUMES_CASES,
  ...DEPENDENCIES_CASES,
  ...RUNTIME_CASES,
  ...METADATA_CASES,
  ...SHAPE_CASES,
];
