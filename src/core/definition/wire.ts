/** What RegisterTaskDefinition and RunTask take, as it is read: everything may be missing, the rules say what must not. */
import type {
  ContainerDefinition,
  RegisterTaskDefinitionRequest,
  TaskOverride,
  Volume,
} from "../ecs-model/model.gen.ts";

type Read<Value> = Value extends readonly (infer Item)[]
  ? readonly Read<Item>[]
  : Value extends object
    ? string extends keyof Value
      ? Value
      : { readonly [Member in keyof Value]?: Read<Value[Member]> | undefined }
    : Value;

export type WireTask = Read<RegisterTaskDefinitionRequest>;
export type WireContainer = Read<ContainerDefinition>;
export type WireVolume = Read<Volume>;
export type WireTaskOverride = Read<TaskOverride>;
